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
        begin = perf_counter()
        home.read_home()
        seconds.append(perf_counter() - begin)
    return {"seconds": seconds}
