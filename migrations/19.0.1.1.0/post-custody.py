"""Custody begins where the stock says that the units are; nothing is wanted by it."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Note the place of each unit's serial number, which was not kept before."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["payg.control.unit"].search([("place_id", "=", False)])._place_as_found()
