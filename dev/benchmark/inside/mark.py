"""*Mark ERP Enable Sync* on a whole filtered list, as the Action menu sends it."""

from time import perf_counter

from .fleet import bench_company

SENT_IDS = 20_000  # what the web client sends of a longer list
_MARKED = "SELECT count(*) FROM payg_control_unit WHERE company_id = %s AND erp_sync = 'do_not' AND name < %s"


def mark(env, number):
    """Mark the first units DO NOT, as a manager who filtered the list by serial number."""
    company, last = bench_company(env), f"BENCH-{number:08d}"
    domain = [("name", "<", last)]
    env = env(user=env["res.users"].search([("login", "=", "bench0")]), context={"allowed_company_ids": company.ids})
    ids = env["payg.control.unit"].search(domain, limit=SENT_IDS).ids
    sent = {"active_model": "payg.control.unit", "active_ids": ids, "active_domain": domain}
    begin = perf_counter()
    wizards = env["payg.erp.sync.wizard"].with_context(**sent)
    wizard = wizards.create({"erp_sync": "do_not", "reason": "Bench", "scope": "domain"})
    wizard.action_mark()
    env.cr.commit()
    seconds = perf_counter() - begin
    env.cr.execute(_MARKED, [company.id, last])
    if env.cr.fetchone()[0] != number:
        raise RuntimeError("not all units were marked")
    return {"seconds": seconds}
