"""Reading the credit of all DCM units: the scheduled action's way, and the plainest way."""

import json
from urllib.parse import quote_plus

import requests

from odoo import fields

from .clock import Clock
from .fleet import connection

ROOM = 7900  # bytes of the query, as it stands in the URL
_WRITE = """
    UPDATE payg_control_unit u
       SET unit_credit_balance = r.balance, unit_credit_until = date_trunc('second', r.ends::timestamp),
           unit_credit_as_of = r.told::timestamp, unit_credit_read_at = %s, credit_due_at = %s + interval '7 days',
           credit_misses = 0
      FROM unnest(%s::text[], %s::int[], %s::text[], %s::text[]) AS r(imei, balance, ends, told)
     WHERE u.imei = r.imei AND u.company_id = %s"""


def ours(env, units):
    """The scheduled action, as often as it takes to come to the end."""
    company = connection(env).company_id.id
    env.cr.commit()
    clock = Clock(env)
    env["smart.solar.client"]._cron_read_credit()
    while _left(env, company):
        env["smart.solar.client"]._cron_read_credit()
    took = clock.read()
    return _checked(env, company, units, took)


def bare(env, units):
    """A session, JSON, columns, one statement for all, a commit."""
    client = connection(env)
    base, company = client.base_url, client.company_id.id
    form = {"username": client.username, "password": client.password}
    env.cr.commit()
    clock = Clock(env)
    env.cr.execute("SELECT imei FROM payg_control_unit WHERE company_id = %s AND dcm ORDER BY id", [company])
    imeis, rows = [row[0] for row in env.cr.fetchall()], []
    began = fields.Datetime.now()
    with requests.Session() as session:
        session.trust_env = False
        login = session.post(f"{base}/auth/login", data=form, timeout=10).json()["message"]["login_successful"]
        session.headers["Authorization"] = f"Token token={login['API_token']}"
        size = ROOM // len(quote_plus(json.dumps(imeis[0]) + ","))
        for start in range(0, len(imeis), size):
            condition = {"name": "product_imei", "op": "in", "val": imeis[start : start + size]}
            query = {"q": json.dumps({"filters": [condition]}, separators=(",", ":")), "results_per_page": 1000}
            rows += session.get(f"{base}/balances", params=query, timeout=10).json()["objects"]
    columns = [[row[name] for row in rows] for name in ("product_imei", "balance", "expected_expiry", "modified_at")]
    env.cr.execute(_WRITE, [began, began, *columns, company])
    env.cr.commit()
    return _checked(env, company, units, clock.read())


def _left(env, company):
    env.cr.execute(
        "SELECT 1 FROM payg_control_unit WHERE company_id = %s AND dcm AND unit_credit_until IS NULL LIMIT 1", [company]
    )
    return env.cr.fetchone()


def _checked(env, company, units, took):
    env.cr.execute("SELECT count(unit_credit_until) FROM payg_control_unit WHERE company_id = %s AND dcm", [company])
    [read] = env.cr.fetchone()
    if read != units:
        raise RuntimeError(f"the credit of {read} of {units} units was written")
    return took
