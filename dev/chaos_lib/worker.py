"""One process of the chaos test: `worker.py ROLE DATABASE CLIENT [option of Odoo ...]`. Says on its output what it did.

dispatcher: a nursery that forks dispatchers and loses each of them to SIGKILL, at a point that it draws;
people: change their minds about units, and resume a connection that stopped; payers: give units credit;
reader: reads states and credit again and again.
"""

import contextlib
import os
import random
import signal
import sys
import threading
import time
from functools import partial

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config

SLICE = 2  # seconds of a dispatcher's shift
LONGEST = 1.5  # seconds until a dispatcher is killed in the middle of whatever it does
# That two transactions got in each other's way is what is looked for here; both are done again.
_LOGGING = ("--log-level=error", "--log-handler=odoo.sql_db:CRITICAL")
POINTS = ("after the claim", "while sending", "before recording", "while recording", "after recording", "not at all")


def say(*words):
    print(*words, flush=True)


def die(*_arguments):
    os.kill(os.getpid(), signal.SIGKILL)


def loop(database, client, work, pause):
    """Call `work(env, client)` for ever, each in an environment of its own."""
    while True:
        with Registry(database).cursor() as cursor:
            env = api.Environment(cursor, SUPERUSER_ID, {})
            work(env, env["smart.solar.client"].browse(client))
        time.sleep(pause)


# ---------------------------------------------------------------- dispatchers


def _arm(point):
    """Have this process killed at that point of a dispatcher's work, not always the first time it gets there."""
    from odoo.addons.payg_control_unit.models.smart_solar_shift import Shift

    passes = iter(range(random.randrange(4), -1, -1))

    def now():
        if next(passes, 0) == 0:
            die()

    def before(name, condition=lambda shift: True):
        original = getattr(Shift, name)

        def method(shift, *arguments):
            if condition(shift):
                now()
            return original(shift, *arguments)

        setattr(Shift, name, method)

    def after(name):
        original = getattr(Shift, name)

        def method(shift, *arguments):
            original(shift, *arguments)
            now()

        setattr(Shift, name, method)

    arms = {
        "after the claim": partial(before, "_take"),
        "while sending": lambda: threading.Timer(random.uniform(0.1, LONGEST), die).start(),
        "before recording": partial(before, "_record", lambda shift: shift.answers),
        "while recording": partial(after, "_write"),
        "after recording": partial(after, "_record"),
        "not at all": lambda: threading.Timer(SLICE * 2, die).start(),
    }
    arms[point]()


def dispatcher(database, client):
    Registry(database)
    while True:
        # A child must not share a connection with its parent.
        sql_db.close_all()
        point = random.choice(POINTS)
        child = os.fork()
        if not child:
            random.seed()
            _arm(point)
            loop(database, client, lambda env, client: client._dispatch(SLICE), 0.05)
        os.waitpid(child, 0)
        say("killed", point)


# -------------------------------------------------------------------- others


def people(database, client):
    def change(env, client):
        units = env["payg.control.unit"].search([("company_id", "=", client.company_id.id)])
        some = units.browse(random.sample(units.ids, min(5, len(units))))
        wanted = random.choice(("enabled", "disabled"))
        retrying(lambda: some._want(wanted, "person", "changed their mind"), env)
        say("wished", len(some))
        env.cr.commit()
        # A token that was refused twice stops the connection until an administrator resumes it.
        client.invalidate_recordset()
        if client.state == "stopped":
            retrying(client.action_resume, env)
            say("resumed")

    loop(database, client, change, 0.1)


def payers(database, client):
    """Customers pay for units that hold their own credit, and take some of it back."""

    def pay(env, client):
        from odoo.addons.payg_control_unit.models.payg_control_unit_device import Gift

        units = env["payg.control.unit"].search([("company_id", "=", client.company_id.id), ("dcm", "=", True)])
        gifts = [Gift(unit, random.choice((3600, 600, -300)), "chaos") for unit in random.sample(units.ids, 3)]
        retrying(lambda: units._give_credit(gifts), env)
        say("paid", len(gifts))

    loop(database, client, pay, 0.5)


def reader(database, client):
    def read(env, client):
        client._pull(5)
        client._read_credit(5)

    loop(database, client, read, 1)


ROLES = {"dispatcher": dispatcher, "people": people, "payers": payers, "reader": reader}


def main(role, database, client, *options):
    config.parse_config(["-d", database, "--no-http", *_LOGGING, *options])
    with contextlib.suppress(KeyboardInterrupt):
        ROLES[role](database, int(client))


if __name__ == "__main__":
    main(*sys.argv[1:])
