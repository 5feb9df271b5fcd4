"""A company with a fleet, made by SQL: every tenth of a percent is somewhere else, as in a real one."""

CUSTOMERS, TECHNICIANS, SESSIONS = 500, 20, 8
COMPANY = "Bench"
TABLES = (
    *("stock_lot", "stock_quant", "payg_control_unit", "payg_holding", "payg_assignment"),
    *("payg_custody_step", "smart_solar_command", "ir_cron_trigger"),
)

# The simulator's own fleet (`--units`): the same IMEIs in the same states. Every fifth unit is activated, on and not
# DCM, so that the ones to switch off are taken from these, spread evenly.
_LOTS = """
    INSERT INTO stock_lot (name, product_id, company_id, create_uid, write_uid, create_date, write_date)
    SELECT 'BENCH-' || lpad(i::text, 8, '0'), %(product)s, %(company)s, 1, 1, now(), now()
      FROM generate_series(0, %(units)s - 1) i"""
_UNITS = """
    INSERT INTO payg_control_unit (lot_id, name, company_id, imei, controlled, erp_sync, dcm, reported_state,
                                   life_state, reported_at, reported_changed_at, reported_changed_by, hardware_type,
                                   smart_solar_entity_id, wanted, wanted_version, wanted_origin, wanted_at,
                                   place, place_id)
    SELECT id, name, company_id, '0137778' || lpad(i::text, 8, '0'), TRUE,
           CASE WHEN i %% 100 = 8 THEN 'do_not' ELSE 'do' END, i %% 10 = 6,
           CASE WHEN i %% 5 = 4 THEN 'disabled' WHEN i %% 50 = 17 THEN 'init' ELSE 'enabled' END,
           CASE i %% 20 WHEN 3 THEN '5' WHEN 4 THEN '5' WHEN 7 THEN '3' WHEN 13 THEN '8' WHEN 19 THEN '9' ELSE '6' END,
           now() - interval '1 hour', now() - interval '1 day', 'factory@example.com', 'BB17SMART_v2', 4,
           CASE WHEN i %% 5 = 4 THEN 'disabled' END, (i %% 5 = 4)::int, CASE WHEN i %% 5 = 4 THEN 'rule' END,
           CASE WHEN i %% 5 = 4 THEN now() - interval '2 days' END, 'shop', %(shop)s
      FROM (SELECT id, name, company_id, substr(name, 7)::int AS i FROM stock_lot
             WHERE company_id = %(company)s AND name LIKE 'BENCH-%%') lot
  ORDER BY id"""
# With whom a unit is: 0 nobody, 1 a customer, 2 a technician.
_WITH = """
    CREATE TEMPORARY TABLE bench_with AS
    SELECT id, i, CASE WHEN i %% 5 = 0 AND (i / 5 + 1) * %(to_switch)s / (%(units)s / 5)
                                         <> (i / 5) * %(to_switch)s / (%(units)s / 5) THEN 0
                       WHEN i %% 5 = 4 OR i %% 20 = 13 THEN 0
                       WHEN i %% 100 = 18 THEN 2 ELSE 1 END AS whom
      FROM (SELECT id, substr(name, 7)::bigint AS i FROM payg_control_unit WHERE company_id = %(company)s) unit"""
_HOLDINGS = """
    INSERT INTO payg_holding (unit_id, company_id, customer_id, date_from,
                              create_uid, write_uid, create_date, write_date)
    SELECT id, %(company)s, (%(customers)s::int[])[1 + i %% cardinality(%(customers)s)], now() - interval '30 days',
           1, 1, now(), now()
      FROM bench_with WHERE whom = 1 ORDER BY id"""
_ASSIGNMENTS = """
    INSERT INTO payg_assignment (unit_id, company_id, technician_id, kind, state, user_id, assigned_at, deadline,
                                 warehouse_id, van_id, create_uid, write_uid, create_date, write_date)
    SELECT bench_with.id, %(company)s, van.cu_technician_id, 'installation', 'open', 1,
           now() - interval '1 day', now() + interval '4 days', %(warehouse)s, van.id, 1, 1, now(), now()
      FROM bench_with
      JOIN stock_location van ON van.company_id = %(company)s
       AND van.cu_technician_id = (%(technicians)s::int[])[1 + i %% cardinality(%(technicians)s)]
     WHERE whom = 2 ORDER BY bench_with.id"""
_HELD = """
    UPDATE payg_control_unit u SET holding_id = h.id, customer_id = h.customer_id,
                                   place = 'customer', place_id = %(outside)s
      FROM payg_holding h WHERE h.unit_id = u.id AND h.company_id = %(company)s"""
_ASSIGNED = """
    UPDATE payg_control_unit u SET assignment_id = a.id, technician_id = a.technician_id, kept_until = a.deadline,
                                   place = 'technician', place_id = a.van_id
      FROM payg_assignment a WHERE a.unit_id = u.id AND a.company_id = %(company)s"""

_QUANTS = """
    INSERT INTO stock_quant (product_id, company_id, location_id, lot_id, quantity, reserved_quantity, in_date,
                             create_uid, write_uid, create_date, write_date)
    SELECT %(product)s, CASE WHEN place <> 'customer' THEN company_id END, place_id, lot_id, 1, 0, now(),
           1, 1, now(), now()
      FROM payg_control_unit WHERE company_id = %(company)s ORDER BY id"""
_PLACES = """
    UPDATE stock_lot lot SET location_id = u.place_id
      FROM payg_control_unit u WHERE u.lot_id = lot.id AND u.company_id = %(company)s"""


def prepare(env, units, to_switch):
    """Make the company, its people, its connection and its fleet; leave every table as tidy as autovacuum would."""
    company = env["res.company"].create({"name": COMPANY})
    env.user.company_ids += company
    env = env(context={**env.context, "allowed_company_ids": [company.id], "tracking_disable": True})
    env["stock.warehouse"].create({"name": "Bench Shop", "code": "BENCH", "company_id": company.id})
    values = {
        **_people(env),
        "units": units,
        "to_switch": to_switch,
        "company": company.id,
        "product": _product(env).id,
        **_places(env),
    }
    _configure(env, company)
    env.flush_all()
    for statement in (_LOTS, _UNITS, _WITH, _HOLDINGS, _ASSIGNMENTS, _HELD, _ASSIGNED, _QUANTS, _PLACES):
        env.cr.execute(statement, values)
    # The rows were written twice: put them in order, as a fleet that grew one by one is.
    env.cr.execute("CLUSTER payg_control_unit USING payg_control_unit_pkey")
    env.cr.commit()
    tidy(env, TABLES)
    return company.id


def _product(env):
    values = {"name": "Control unit", "is_storable": True, "tracking": "serial", "cu_is_control_unit": True}
    return env["product.product"].create(values)


def _places(env):
    """The company's shop, and beyond it."""
    shop = bench_shop(env)
    return {
        "warehouse": shop.id,
        "shop": shop.lot_stock_id.id,
        "outside": env.ref("stock.stock_location_customers").id,
    }


def _people(env):
    """Customers, technicians, and a shop manager for each session that assigns stock."""
    partners = env["res.partner"]
    roles = [env.ref(f"payg_control_unit.payg_control_unit_group_{name}").id for name in ("shop_manager", "manager")]
    own = {"company_id": env.company.id, "company_ids": [(6, 0, env.company.ids)], "group_ids": [(6, 0, roles)]}
    env["res.users"].create([{"name": f"Manager {n}", "login": f"bench{n}", **own} for n in range(SESSIONS)])
    return {
        "customers": partners.create([{"name": f"Customer {n}"} for n in range(CUSTOMERS)]).ids,
        "technicians": partners.create(
            [{"name": f"Technician {n}", "cu_is_technician": True} for n in range(TECHNICIANS)]
        ).ids,
    }


def _configure(env, company):
    """Turn the feature on for this company only, and leave no scheduled action but ours, none of them due."""
    env["smart.solar.client"].search([]).active = False
    env["payg.crm.config"].search([("company_id", "!=", company.id)]).write({"disable_by_default": False})
    env["payg.crm.config"]._of(company).write({"disable_by_default": True, "brake_share": 100})
    env["smart.solar.client"].create(
        {
            "company_id": company.id,
            "base_url": "http://127.0.0.1:9/v1",
            "username": "erp@example.com",
            "password": "simulator",
        }
    )
    names = ("disable_not_assigned", "work_runs", "dispatch", "pull", "read_credit", "enforce_credit")
    ours = [env.ref(f"payg_control_unit.ir_cron_{name}").id for name in names]
    env.cr.execute("UPDATE ir_cron SET active = id = ANY(%s), nextcall = now() + interval '7 days'", [ours])
    env.cr.execute("DELETE FROM ir_cron_trigger")


def tidy(env, tables):
    """Leave tables as autovacuum would."""
    env.cr._cnx.autocommit = True
    for table in tables:
        env.cr.execute(f"VACUUM (FREEZE, ANALYZE) {table}")
    env.cr._cnx.autocommit = False


def bench_company(env):
    """The company of the fleet."""
    return env["res.company"].search([("name", "=", COMPANY)])


def bench_shop(env):
    """The company's shop."""
    return env["stock.warehouse"].search([("company_id", "=", bench_company(env).id)], limit=1)


def connect_to(env, address):
    """Point the company's connection to a simulator."""
    connection(env).write({"base_url": address, "password": "simulator"})


def connection(env):
    """The company's connection."""
    return env["smart.solar.client"].search([("company_id", "=", bench_company(env).id)])
