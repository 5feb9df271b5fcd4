"""The plainest SQL that does what the weekly run does: it writes the same rows, and nothing else."""

from odoo import fields
from odoo.tools import SQL

from .clock import Clock
from .fleet import bench_company

_UPDATE = """
    UPDATE payg_control_unit u
       SET wanted = 'disabled', wanted_version = COALESCE(u.wanted_version, 0) + 1, wanted_origin = 'rule',
           wanted_reason = %(reason)s, wanted_user_id = 1, wanted_at = %(now)s, command_state = 'live',
           command_since = %(now)s
     WHERE u.company_id = %(company)s AND %(verdict)s = 'disable'
 RETURNING u.id"""
_INSERT = """
    INSERT INTO smart_solar_command (unit_id, company_id, kind, version, transaction_id, state, origin, user_id, reason,
                                     run_id, priority, attempts, created_at)
    SELECT u.id, u.company_id, 'disable', u.wanted_version, gen_random_uuid()::text, 'queued', u.wanted_origin,
           u.wanted_user_id, u.wanted_reason, %(run)s, 10, 0, %(now)s
      FROM payg_control_unit u WHERE u.id = ANY(%(ids)s)"""


def pair(env):
    """One UPDATE … RETURNING with the rule's condition, one INSERT … SELECT, one commit."""
    company, now = bench_company(env), fields.Datetime.now()
    run = env["payg.disable.run"].create({"config_id": env["payg.crm.config"]._of(company).id, "origin": "schedule"})
    verdict = env["payg.control.unit"]._verdict_sql("u", SQL("TRUE"), now)
    env.cr.commit()
    clock = Clock(env)
    values = {"reason": "Disable not assigned CUs", "now": now, "company": company.id}
    ids = [row[0] for row in env.execute_query(SQL(_UPDATE, verdict=verdict, **values))]
    env.cr.execute(SQL(_INSERT, run=run.id, now=now, ids=ids))
    commands = env.cr.rowcount
    env.cr.commit()
    return {**clock.read(), "switched": len(ids), "commands": commands}


def loop(env, number, offset):
    """The same through the ORM, for some of the units: write, create and commit one by one."""
    company, now = bench_company(env), fields.Datetime.now()
    config = env["payg.crm.config"]._of(company)
    run = env["payg.disable.run"].create({"config_id": config.id, "origin": "schedule"})
    query = SQL(
        """SELECT u.id FROM payg_control_unit u
            WHERE u.company_id = %s AND %s = 'disable' ORDER BY u.id LIMIT %s OFFSET %s""",
        company.id,
        env["payg.control.unit"]._verdict_sql("u", SQL("TRUE"), now),
        number,
        offset,
    )
    units = env["payg.control.unit"].browse([row[0] for row in env.execute_query(query)])
    env.cr.commit()
    clock = Clock(env)
    for unit in units:
        _switch_one(env, unit, run, now)
    return {**clock.read(), "switched": len(units)}


def _switch_one(env, unit, run, now):
    wish = {"wanted_origin": "rule", "wanted_user_id": 1, "wanted_reason": "Disable not assigned CUs", "wanted_at": now}
    flight = {"command_state": "live", "command_since": now}
    unit.write({"wanted": "disabled", "wanted_version": unit.wanted_version + 1, **wish, **flight})
    env["smart.solar.command"].create(
        {
            "unit_id": unit.id,
            "company_id": unit.company_id.id,
            "kind": "disable",
            "version": unit.wanted_version,
            "transaction_id": f"{unit.id}-{unit.wanted_version}",
            "origin": "rule",
            "user_id": 1,
            "reason": unit.wanted_reason,
            "run_id": run.id,
            "priority": 10,
        }
    )
    env.cr.commit()
