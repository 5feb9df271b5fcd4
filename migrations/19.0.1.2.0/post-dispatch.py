"""The dispatcher looks by itself every minute: what the rule wants no longer wakes it."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Shorten the interval, unless somebody chose another one than ours was."""
    job = api.Environment(cr, SUPERUSER_ID, {}).ref("payg_control_unit.ir_cron_dispatch", raise_if_not_found=False)
    if job and (job.interval_number, job.interval_type) == (5, "minutes"):
        job.interval_number = 1
