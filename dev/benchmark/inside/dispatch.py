"""The dispatcher at work as the scheduler runs it, with a stop watch on its threads."""

import threading
from time import monotonic, perf_counter, sleep

import requests

from odoo.addons.base.models.ir_cron import IrCron
from odoo.addons.payg_control_unit.models import smart_solar_client_dispatch
from odoo.addons.payg_control_unit.models.smart_solar_courier import Courier

from .fleet import connection

PATIENCE = 5  # seconds without a call after which the scheduler is taken to have forgotten us


class Watch:
    """Notes begin and end of every call of the courier's threads."""

    def __init__(self):
        self.calls = []
        deliver = Courier._deliver

        def timed(courier, task):
            begin = perf_counter()
            outcome = deliver(courier, task)
            self.calls.append((begin, perf_counter(), outcome.result))
            return outcome

        Courier._deliver = timed

    def accepted(self):
        return [call for call in self.calls if call[2] == "accepted"]


def work(env, slices, seconds=None):
    """Let the scheduler run the dispatcher for some slices of its own length, or of `seconds`.

    The window goes from the first call to the last, with the gap between the slices in it.
    """
    if seconds:
        smart_solar_client_dispatch._SECONDS = seconds
    watch = Watch()
    env.ref("payg_control_unit.ir_cron_dispatch")._trigger()
    env.cr.commit()
    for _slice in range(slices):
        _next_slice(env.cr.dbname, watch)
    env.cr.rollback()
    calls = watch.accepted()
    window = max(end for _begin, end, _result in calls) - min(begin for begin, _end, _result in calls)
    busy = sum(end - begin for begin, end, _result in calls)
    threads = connection(env).threads
    return {"accepted": len(calls), "rate": len(calls) / window, "duty": busy / (threads * window), "window": window}


def _next_slice(database, watch):
    """What a cron thread of Odoo does when it is notified, until our job has sent something."""
    before, begin = len(watch.calls), monotonic()
    while len(watch.calls) == before:
        if monotonic() - begin > PATIENCE:
            raise RuntimeError("the dispatcher sends nothing")
        IrCron._process_jobs(database)
        sleep(0.01)


def bare(env, threads, seconds):
    """What as many threads with a bare `requests` session get done on this machine: the units switched on."""
    client = connection(env)
    base, token = client.base_url, client.token
    env.cr.execute(
        "SELECT imei FROM payg_control_unit WHERE company_id = %s ORDER BY id LIMIT 1000", [client.company_id.id]
    )
    imeis, counts, ends = [row[0] for row in env.cr.fetchall()], [], perf_counter() + seconds
    env.cr.commit()
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=threads))
    session.headers["Authorization"] = f"Token token={token}"

    def send(number):
        count = 0
        while perf_counter() < ends:
            session.put(f"{base}/products/{imeis[(number + count * threads) % len(imeis)]}/enable", timeout=10).json()
            count += 1
        counts.append(count)

    begin = perf_counter()
    workers = [threading.Thread(target=send, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return {"calls": sum(counts), "rate": sum(counts) / (perf_counter() - begin)}
