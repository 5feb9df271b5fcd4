"""Opening the screens that look at the whole fleet: mismatches and reports."""

from time import perf_counter

from .fleet import bench_company, tidy

TABLES = ("payg_control_unit", "payg_custody_step", "payg_assignment")

# A fleet in order: what is with a customer is monitored, what is not is off; but for one in a hundred.
_ORDER = """
    UPDATE payg_control_unit
       SET life_state = CASE WHEN id %% 100 = 1 THEN life_state WHEN holding_id IS NOT NULL THEN '6' ELSE '2' END,
           reported_state = CASE WHEN id %% 100 = 2 THEN reported_state
                                 WHEN holding_id IS NOT NULL THEN 'enabled' ELSE 'disabled' END
     WHERE company_id = %(company)s"""
_STEPS = """
    INSERT INTO payg_custody_step (unit_id, company_id, kind, at, recorded_at, user_id, place)
    SELECT id, company_id, kind, now() - ago, now() - ago, 1, place
      FROM payg_control_unit
CROSS JOIN (VALUES ('received', interval '60 days'), ('assigned', interval '31 days'),
                   ('installed', interval '30 days')) AS step(kind, ago)
     WHERE company_id = %(company)s"""
_PAST = """
    INSERT INTO payg_assignment (unit_id, company_id, technician_id, kind, state, user_id, assigned_at, deadline,
                                 ended_at, installed_at, installed_unit_id, customer_id, warehouse_id,
                                 create_uid, write_uid, create_date, write_date)
    SELECT u.id, u.company_id, t.technician_id, 'installation', 'done', 1, h.date_from - interval '1 day',
           h.date_from + interval '4 days', h.date_from + u.id %% 200 * interval '1 hour', h.date_from, u.id,
           u.customer_id, s.id, 1, 1, now(), now()
      FROM payg_control_unit u
      JOIN payg_holding h ON h.id = u.holding_id
CROSS JOIN (SELECT min(technician_id) AS technician_id FROM payg_control_unit WHERE company_id = %(company)s) t
CROSS JOIN (SELECT min(id) AS id FROM stock_warehouse WHERE company_id = %(company)s) s
     WHERE u.company_id = %(company)s ORDER BY u.id"""


def prepare(env):
    """Give the fleet a past, and put its states in order but for one unit in a hundred."""
    for statement in (_ORDER, _STEPS, _PAST):
        env.cr.execute(statement, {"company": bench_company(env).id})
    env.cr.commit()
    tidy(env, TABLES)


def look(env):
    """Open each screen once, as a manager.

    :return: dict of screen to its seconds
    """
    user = env["res.users"].search([("login", "=", "bench0")])
    env = env(user=user, context={"allowed_company_ids": bench_company(env).ids})
    mismatch, installation = env["payg.mismatch"], env["payg.installation.report"]
    page = {"limit": 80, "specification": {"name": {}, "kind": {}, "since": {}, "what_to_do": {}, "warehouse_id": {}}}
    looks = {
        "mismatches by kind": lambda: mismatch.web_read_group([], ["kind"], ["age:avg"]),
        "a page of a kind": lambda: mismatch.web_search_read([("kind", "=", "on_without_customer")], **page),
        "mismatches by kind and shop": lambda: mismatch.formatted_read_grouping_sets(
            [], [[], ["kind"], ["kind", "warehouse_id"]], ["__count"]
        ),
        "time to record by week": lambda: installation.formatted_read_group(
            [], ["assigned_at:week"], ["hours_median:median"]
        ),
        "units on by reason and age": lambda: env["payg.on.report"].formatted_read_grouping_sets(
            [], [[], ["reason"], ["reason", "age_group"]], ["__count"]
        ),
        "shrinkage by shop": lambda: env["payg.shrinkage.report"].formatted_read_group(
            [], ["warehouse_id"], ["share:share"]
        ),
    }
    return {what: _seconds(env, opened) for what, opened in looks.items()}


def _seconds(env, opened):
    env.invalidate_all()
    begin = perf_counter()
    if not opened():
        raise RuntimeError("an empty screen proves nothing")
    return perf_counter() - begin
