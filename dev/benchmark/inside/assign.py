"""Sessions that assign stock, each call as a request of its own, and a worker that runs the weekly job meanwhile."""

import random
import time
from functools import partial
from pathlib import Path
from time import perf_counter

from odoo import api
from odoo.service.model import retrying

from .fleet import bench_company, tidy
from .weekly import last_run, run_scheduled

PAUSE = 0.2  # seconds between two assignments of a session, at most
SETTLE = 4  # seconds in which a call that has begun comes to its end, with the pause before it is tried again
_TARGETS = """
    SELECT id FROM payg_control_unit
     WHERE company_id = %s AND holding_id IS NULL AND assignment_id IS NULL AND life_state NOT IN ('8', '9')
       AND reported_state = 'enabled' AND wanted IS NULL AND NOT dcm
  ORDER BY hashint4(id) LIMIT %s"""
_LOST = """
    SELECT count(*) FROM unnest(%s::int[]) AS expected(id)
     WHERE NOT EXISTS (SELECT 1 FROM payg_control_unit u JOIN payg_assignment a ON a.id = u.assignment_id
                        WHERE u.id = expected.id AND a.unit_id = u.id AND a.state = 'open' AND u.wanted = 'enabled')"""
# Somebody has it, and yet it is wanted off, or a command is under way that switches it off.
_WRONG = """
    SELECT count(*) FROM payg_control_unit u
     WHERE u.company_id = %s AND (u.holding_id IS NOT NULL OR u.assignment_id IS NOT NULL)
       AND (u.wanted = 'disabled'
            OR EXISTS (SELECT 1 FROM smart_solar_command c WHERE c.unit_id = u.id AND c.kind = 'disable'
                          AND c.state IN ('queued', 'sending', 'retry')))"""


# Somebody switched all of them on again, and their commands are forgotten: the next run has as much to do.
_FORGOTTEN = """
    DELETE FROM smart_solar_command c USING payg_control_unit u
     WHERE u.id = c.unit_id AND u.company_id = %(company)s AND c.kind = 'disable' AND u.assignment_id IS NULL"""
_ON_AGAIN = """
    UPDATE payg_control_unit SET wanted = NULL, wanted_origin = NULL, command_state = NULL, command_since = NULL
     WHERE company_id = %(company)s AND wanted = 'disabled' AND reported_state = 'enabled' AND assignment_id IS NULL"""


def session(env, folder, parties, number, sessions, share):
    """Assign a share of the units, one after the other; tell how long each took, with its retries."""
    company = bench_company(env)
    user = env["res.users"].search([("login", "=", f"bench{number}")])
    technician = env["res.partner"].search([("cu_is_technician", "=", True)], limit=1, offset=number)
    env.cr.execute(_TARGETS, [company.id, sessions * share])
    units = [row[0] for row in env.cr.fetchall()][number::sessions]
    one = partial(_assign, env.registry, user.id, company.id, technician.id)
    env.cr.commit()
    _meet(folder, parties)
    found = [one(unit) for unit in units if _pause(folder)][1:]  # the first one fills the caches of a fresh process
    (Path(folder) / f"done{number}").touch()
    return {
        "latencies": [took for took, _tries in found],
        "tries": sum(tries for _took, tries in found),
        "units": units,
    }


def _pause(folder):
    """Wait as people do, and while the fleet is made ready for the next run."""
    time.sleep(random.uniform(0, PAUSE))
    while (Path(folder) / "closed").exists():
        _check_others(folder)
        time.sleep(0.02)
    return True


def _assign(registry, user, company, technician, unit):
    """One request: an environment, the call, a commit; again when another one got in its way, as Odoo does."""
    begin, tries = perf_counter(), []
    with registry.cursor() as cr:
        env = api.Environment(cr, user, {"allowed_company_ids": [company]})

        def call():
            tries.append(None)
            env["payg.assignment"].create({"unit_id": unit, "technician_id": technician})

        retrying(call, env)
    return perf_counter() - begin, len(tries)


def runs(env, folder, parties, sessions):
    """Run the weekly job again and again, with a full load of work each time, until every session is done."""
    env.cr.commit()
    _meet(folder, parties)
    found = {"runs": 0, "switched": 0, "wrong": 0}
    while True:
        run_scheduled(env)
        found["runs"] += 1
        found["switched"] += last_run(env).disabled_count
        found["wrong"] += check(env, [])["wrong"]
        if len(list(Path(folder).glob("done*"))) == sessions:
            return found
        _check_others(folder)
        _make_ready(env, Path(folder) / "closed")


def _make_ready(env, closed):
    """Give the next run its work; no session works meanwhile, so that only runs are measured."""
    closed.touch()
    time.sleep(SETTLE)
    env.cr.commit()

    def forget():
        for statement in (_FORGOTTEN, _ON_AGAIN):
            env.cr.execute(statement, {"company": bench_company(env).id})

    retrying(forget, env)  # a slow call may still come to its end
    env.cr.commit()
    tidy(env, ("payg_control_unit", "smart_solar_command"))
    closed.unlink()


def check(env, expected):
    """Count the assignments that are not there, and the units that somebody has but that are being switched off."""
    env.cr.execute(_LOST, [expected])
    [lost] = env.cr.fetchone()
    env.cr.execute(_WRONG, [bench_company(env).id])
    return {"lost": lost, "wrong": env.cr.fetchone()[0]}


def _meet(folder, parties):
    """Wait until all processes are ready."""
    (Path(folder) / f"ready{random.getrandbits(64)}").touch()
    while len(list(Path(folder).glob("ready*"))) < parties:
        _check_others(folder)
        time.sleep(0.02)


def _check_others(folder):
    """Do not wait for those who will never come."""
    if (Path(folder) / "failed").exists():
        raise RuntimeError("another process failed")
