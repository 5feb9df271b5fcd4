"""The weekly run, as its scheduled action runs it."""

import re
from pathlib import Path

from .clock import Clock
from .fleet import bench_company

_WRITTEN = "SELECT count(*) FROM {} WHERE xmin::text::bigint >= %s"


def run(env):
    """Run *Disable not assigned CUs* once through the scheduler's own path; tell what it did and what it took."""
    clock = Clock(env)
    run_scheduled(env)
    took = clock.read()
    done = last_run(env)
    return {
        **took,
        "switched": done.disabled_count,
        "commands": done.command_count,
        "peak_mb": peak_mb(),
    }


def run_scheduled(env):
    """Have the scheduled action run now, in this process.

    :raise RuntimeError: it failed, or its run did not come to its end
    """
    cron = env.ref("payg_control_unit.ir_cron_disable_not_assigned")
    result = cron.method_direct_trigger()
    env.cr.commit()
    state = last_run(env).state
    if result is not True or state != "done":
        raise RuntimeError(f"the run ended {state}: {result}")


def last_run(env):
    """The company's newest run."""
    env.invalidate_all()
    return env["payg.disable.run"].search([("company_id", "=", bench_company(env).id)], limit=1)


def again(env):
    """Run once more where nothing is left to do; tell how many rows of units and commands it wrote."""
    env.cr.execute("SELECT txid_current()")
    [before] = env.cr.fetchone()
    commands = _count(env, "SELECT count(*) FROM smart_solar_command")
    env.cr.commit()
    found = run(env)
    written = sum(_count(env, _WRITTEN.format(table), before) for table in ("payg_control_unit", "smart_solar_command"))
    gone = commands - _count(env, "SELECT count(*) FROM smart_solar_command")
    return {**found, "written": written + max(0, gone)}


def _count(env, query, *parameters):
    env.cr.execute(query, parameters)
    return env.cr.fetchone()[0]


def peak_mb():
    """The most memory that this process ever held."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024
