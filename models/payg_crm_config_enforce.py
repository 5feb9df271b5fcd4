import logging
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, split_every

from .. import const
from ..transaction import CONCURRENCY, fresh_transaction, transact
from .payg_crm_config import BRAKE_MINIMUM

_logger = logging.getLogger(__name__)

MANAGER = "payg_control_unit.payg_control_unit_group_manager"
TO_DO = "mail.mail_activity_data_todo"
# Units a transaction.
CHUNK = 1000


class PaygCrmConfig(models.Model):
    """Units of customers whose server keeps the credit (SCM): off when it has run out, on when it is paid."""

    _inherit = "payg.crm.config"

    enforce_credit = fields.Boolean(
        "Switch off without credit",
        tracking=True,
        help="SCM: a customer's unit is switched off within six minutes of its account's expiry, on with a payment. "
        "A unit without an account is left alone.",
    )
    enforced_since = fields.Datetime(readonly=True)
    enforce_waits = fields.Boolean(readonly=True, help="More units than the brake allows are out of credit.")
    enforce_approved_by_id = fields.Many2one("res.users", "Switched off anyway by", readonly=True)
    enforce_approved_at = fields.Datetime("Switched off anyway at", readonly=True)
    enforce_preview_count = fields.Integer(
        "Out of Credit", compute="_compute_enforce_preview", help="Units that are on, of customers out of credit."
    )

    # ------------------------------------------------------------------
    # Which
    # ------------------------------------------------------------------
    @api.model
    def _out_of_credit_sql(self, now):
        """Whether the SCM unit `u` is to be switched off, since its account `a` has run out (boolean SQL).

        Who switched it on by hand after that knew what they did.
        """
        return SQL(
            """(a.state = 'running' AND a.expiry <= %(now)s AND NOT COALESCE(u.dcm, FALSE) AND %(sendable)s
                AND u.wanted IS DISTINCT FROM 'disabled'
                AND NOT COALESCE(u.wanted_origin = 'person' AND u.wanted_at > a.expiry, FALSE))""",
            now=now,
            sendable=self.env["payg.control.unit"]._sendable_sql("u"),
        )

    def _find_out_of_credit(self, now, condition=None):
        """The ids of the company's units that are to be switched off.

        :param datetime now: UTC, naive
        :param SQL condition: on the unit `u`, beside
        """
        self.env.flush_all()
        # SQL: one scan of the accounts that have run out, by their expiry.
        rows = self.env.execute_query(
            SQL(
                """SELECT u.id FROM payg_account a JOIN payg_control_unit u ON u.account_id = a.id AND a.unit_id = u.id
                    WHERE a.company_id = %s AND %s AND %s ORDER BY u.id""",
                self.company_id.id or None,
                self._out_of_credit_sql(now),
                condition or SQL("TRUE"),
            )
        )
        return [row[0] for row in rows]

    def _compute_enforce_preview(self):
        now, is_on = fields.Datetime.now(), SQL("u.reported_state IN %s", const.ON_STATES)
        for config in self:
            config.enforce_preview_count = len(config.sudo()._find_out_of_credit(now, is_on))

    # ------------------------------------------------------------------
    # Turning it on
    # ------------------------------------------------------------------
    def write(self, vals):
        """Keep since when it is enforced; the next sweep is braked like a run."""
        turned = self.filtered(lambda c: c.enforce_credit != vals.get("enforce_credit", c.enforce_credit))
        res = super().write(vals)
        if turned:
            turned.sudo().write(
                {
                    "enforced_since": fields.Datetime.now() if vals["enforce_credit"] else False,
                    "enforce_waits": False,
                    "enforce_approved_at": False,
                    "enforce_approved_by_id": False,
                }
            )
        return res

    def action_enforce_preview(self):
        """The units that would be switched off."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id("payg_control_unit.payg_control_unit_action")
        ids = self.sudo()._find_out_of_credit(fields.Datetime.now())
        return {**action, "name": self.env._("Out of credit"), "domain": [("id", "in", ids)], "context": {}}

    def action_enforce_anyway(self):
        """A manager has seen the preview and says: switch them off.

        :raise AccessError: no manager
        :raise UserError: nothing waits
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only a Call Center Manager decides on what waits."))
        if not self.enforce_waits:
            raise UserError(self.env._("Nothing waits for a decision."))
        # sudo: who decides is checked; the fields are the addon's own.
        self.sudo().write({"enforce_approved_by_id": self.env.uid, "enforce_approved_at": fields.Datetime.now()})
        self.env.ref("payg_control_unit.ir_cron_enforce_credit").sudo()._trigger()

    # ------------------------------------------------------------------
    # The sweep
    # ------------------------------------------------------------------
    @api.model
    def _cron_enforce_credit(self):
        """Every five minutes: switch off what has run out, in every company that enforces it."""
        for config in self.search([("enforce_credit", "=", True)]):
            try:
                config.with_context(**config.company_id.partner_id._cu_words())._enforce()
            except Exception:
                # One company's trouble must not keep the others from it, nor deactivate the scheduled action.
                self.env.cr.rollback()
                _logger.exception("Enforcing credit in %s failed", config.company_id.name)

    def _enforce(self):
        fresh_transaction(self.env)
        now = fields.Datetime.now()
        ids = self._find_out_of_credit(now)
        if self._is_braked(ids):
            return
        for chunk in split_every(CHUNK, ids, list):
            try:
                transact(self.env, partial(self._switch_off_unpaid, now, chunk))
            except CONCURRENCY:
                # Others got in its way all the time: the next sweep takes them.
                self.env.cr.rollback()
        self.write({"enforce_waits": False, "enforce_approved_at": False})

    def _is_braked(self, ids):
        """Stop for a manager when a sweep would switch off too many of the units that are on."""
        units = self.env["payg.control.unit"]
        lit = [("company_id", "=", self.company_id.id), ("reported_state", "in", const.ON_STATES)]
        doomed = units.search_count([*lit, ("id", "in", ids)]) if len(ids) >= BRAKE_MINIMUM else 0
        if self.enforce_approved_at or not self._brakes(doomed, units.search_count(lit) if doomed else 0):
            return False
        if not self.enforce_waits:
            self.enforce_waits = True
            self._tell_out_of_credit(doomed)
        return True

    def _tell_out_of_credit(self, count):
        """One activity for a manager of the company."""
        manager = self.company_id._cu_users("manager")[:1]
        if manager:
            self.activity_schedule(
                TO_DO,
                user_id=manager.id,
                summary=self.env._("%s units of customers out of credit wait to be switched off", count),
            )

    def _switch_off_unpaid(self, now, ids):
        # SQL: both rows are locked and judged as they are then, so that a payment of this moment is not overlooked;
        # what somebody else holds is left to the next sweep.
        rows = self.env.execute_query(
            SQL(
                """SELECT u.id FROM payg_account a JOIN payg_control_unit u ON u.account_id = a.id AND a.unit_id = u.id
                    WHERE u.id = ANY(%s) AND %s ORDER BY u.id FOR NO KEY UPDATE OF u, a SKIP LOCKED""",
                ids,
                self._out_of_credit_sql(now),
            )
        )
        units = self.env["payg.control.unit"].browse([row[0] for row in rows])
        units._want("disabled", "credit", self.env._("Credit has run out"))


class PaygAccount(models.Model):
    _inherit = "payg.account"

    def _booked(self, rows, vals_by_account):
        transactions = super()._booked(rows, vals_by_account)
        # What is imported is as it is: nothing is switched by it.
        imported = transactions.filtered(lambda row: row.kind == "opening").account_id
        (transactions.account_id - imported)._light_up()
        return transactions

    def _light_up(self):
        """Want the SCM units of these accounts enabled that only their credit kept off, or none was wanted for."""
        now = fields.Datetime.now()
        paid = self.filtered(lambda account: account.state == "running" and account.expiry > now).unit_id
        dark = paid.filtered(lambda unit: not unit.dcm and unit.wanted != "enabled")
        if not dark:
            return
        enforcing = dark._enforcing_companies()
        dark.filtered(lambda unit: unit._is_kept_off_by_credit(enforcing))._want(
            "enabled", "credit", self.env._("There is credit again")
        )


class PaygControlUnit(models.Model):
    _inherit = "payg.control.unit"

    def _enforcing_companies(self):
        configs = self.env["payg.crm.config"].sudo().search([("company_id", "in", self.company_id.ids)])
        return configs.filtered("enforce_credit").company_id

    def _is_kept_off_by_credit(self, enforcing):
        """Whether a payment may light up this dark unit: not what a person switched off.

        :param enforcing: the companies that enforce credit; elsewhere only what it switched off before
        """
        by_person = self.wanted == "disabled" and self.wanted_origin == "person"
        by_credit = self.wanted == "disabled" and self.wanted_origin == "credit"
        return by_credit or (self.company_id in enforcing and not by_person)

    def _without_light(self):
        """Those of these SCM units whose credit has run out where that is enforced: nothing wants them enabled."""
        now, paying = fields.Datetime.now(), self.filtered(lambda unit: unit.account_id and not unit.dcm)
        enforcing = self._enforcing_companies() if paying else paying.company_id
        return paying.filtered(lambda unit: unit.company_id in enforcing and unit.account_id.expiry <= now)
