"""Reading all states: the scheduled action's way, and the plainest way."""

import requests

from odoo import fields

from .clock import Clock
from .fleet import connection

PAGE = 1000
_COLUMNS = (
    "product_imei",
    "current_enable_state",
    "current_state_type",
    "date",
    "user",
    "dcm_enabled_flag",
    "entity_id",
    "hardware_type",
)
_WRITE = """
    UPDATE payg_control_unit u
       SET reported_state = r.state, life_state = r.life, reported_changed_at = r.changed::timestamp,
           reported_changed_by = r.by, reported_at = %s, dcm = r.dcm, smart_solar_entity_id = r.entity,
           hardware_type = r.hardware, unknown_since = NULL
      FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bool[], %s::int[], %s::text[])
           AS r(imei, state, life, changed, by, dcm, entity, hardware)
     WHERE u.imei = r.imei AND u.company_id = %s"""


def ours(env, units):
    """The scheduled action, as often as it takes to come to the end."""
    client = connection(env)
    env.cr.commit()
    clock = Clock(env)
    while not client.last_pull_at:
        env["smart.solar.client"]._cron_pull()
        env.invalidate_all()
    took = clock.read()
    return _checked(client.last_pull_count, units, took)


def bare(env, units):
    """A session, JSON, columns, one statement a page, a commit."""
    client = connection(env)
    base, company, written = client.base_url, client.company_id.id, 0
    form = {"username": client.username, "password": client.password}
    env.cr.commit()
    clock = Clock(env)
    with requests.Session() as session:
        session.trust_env = False
        login = session.post(f"{base}/auth/login", data=form, timeout=10).json()["message"]["login_successful"]
        session.headers["Authorization"] = f"Token token={login['API_token']}"
        page, rows = 1, True
        while rows:
            began, query = fields.Datetime.now(), {"page": page, "results_per_page": PAGE}
            rows = session.get(f"{base}/current_enable_status", params=query, timeout=10).json()["data"]
            if rows:
                env.cr.execute(_WRITE, [began, *([row[name] for row in rows] for name in _COLUMNS), company])
                written += env.cr.rowcount
                env.cr.commit()
            page += 1
    return _checked(written, units, clock.read())


def _checked(written, units, took):
    if written != units:
        raise RuntimeError(f"{written} of {units} units were written")
    return took
