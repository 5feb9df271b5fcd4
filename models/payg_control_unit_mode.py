from odoo import api, fields, models
from odoo.tools import SQL


class PaygControlUnit(models.Model):
    """A unit whose credit the server kept (SCM), and that now keeps it itself (DCM), while its account runs.

    Its own credit knows nothing yet of what was paid. So this once the account is right, and the unit gets the
    difference; afterwards the unit is right, as everywhere.
    """

    _inherit = "payg.control.unit"

    credit_to_level = fields.Boolean(readonly=True, help="Its own credit is to become what its account has.")

    def _keeps_own_credit(self):
        """SMART Solar said of these units, which were read as SCM before, that they are DCM now."""
        self.filtered("account_id").write({"credit_to_level": True, "credit_due_at": False})

    @api.model
    def _level_new_credit(self, unit_ids, began):
        """Give those of these units that keep their own credit now what their accounts have, as soon as it was read.

        :param datetime began: when the reading began that told it (UTC, naive)
        """
        if not unit_ids:
            return
        self.env.flush_all()
        # SQL: only what this very reading told.
        rows = self.env.execute_query(
            SQL(
                """SELECT id FROM payg_control_unit
                    WHERE id = ANY(%s) AND credit_to_level AND dcm AND unit_credit_read_at = %s ORDER BY id""",
                list(unit_ids),
                began,
            )
        )
        units = self.browse([row[0] for row in rows])
        if not units:
            return
        units.credit_to_level = False
        paid = units.filtered(lambda unit: unit.account_id.state == "running")
        # In the company's language: a scheduled action has none.
        env = units.with_context(lang=units.company_id.partner_id.lang).env
        paid._level_credit({unit: unit.account_id.expiry for unit in paid}, env._("Keeps its own credit now (DCM)"))
