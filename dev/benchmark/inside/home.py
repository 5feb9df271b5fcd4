"""*Home*, as a manager of the fleet opens it."""

from time import perf_counter

from .fleet import bench_company


def read(env, times):
    """Read every number of the screen so many times."""
    company = bench_company(env)
    env = env(user=env["res.users"].search([("login", "=", "bench0")]), context={"allowed_company_ids": company.ids})
    home, seconds = env["payg.home"], []
    if not home.read_home()["tiles"]:  # loads what a worker has loaded already
        raise RuntimeError("there was no tile to count")
    for _ in range(times):
        env.invalidate_all()
        seconds.append(_seconds(home.read_home))
    return {"seconds": seconds, "mismatches": [_seconds(home.read_tile, "mismatches") for _ in range(times)]}


def _seconds(call, *arguments):
    begin = perf_counter()
    call(*arguments)
    return perf_counter() - begin
