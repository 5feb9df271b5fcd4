from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..duration import duration_text
from .payg_crm_config import MAX_DAYS

MANAGER = "payg_control_unit.payg_control_unit_group_manager"
MANAGER_FIELDS = {"minimum_payment_time", "grace_days"}


class PaygCrmConfig(models.Model):
    """Tab *Payment and Gracetime*: the settings of the PAYG accounts."""

    _inherit = "payg.crm.config"

    # pylint: disable=attribute-string-redundant
    # The label is that of the page that asked for it, letter for letter.
    minimum_payment_time = fields.Integer(
        "minimum payment time",
        default=0,
        required=True,
        tracking=True,
        help="In seconds. When an account has run out and a payment buys less than this, all of it stays cash balance "
        "and nothing is switched on.",
    )
    minimum_payment_time_text = fields.Char(compute="_compute_minimum_payment_time_text")
    grace_days = fields.Integer(
        "Grace",
        default=3,
        required=True,
        tracking=True,
        help="Days of 24 hours after an account ran out during which it is late; after them it is expired.",
    )

    may_set_payment = fields.Boolean(compute="_compute_may_set_payment")

    @api.constrains("grace_days", "minimum_payment_time")
    def _check_payment_settings(self):
        for config in self:
            if config.grace_days < 0 or config.minimum_payment_time < 0:
                raise ValidationError(self.env._("Minimum payment time and grace cannot be negative."))
            if config.grace_days > MAX_DAYS:
                raise ValidationError(self.env._("Days of grace: at most %s.", MAX_DAYS))

    @api.depends("minimum_payment_time")
    @api.depends_context("lang")
    def _compute_minimum_payment_time_text(self):
        for config in self:
            config.minimum_payment_time_text = duration_text(self.env, config.minimum_payment_time)

    @api.depends_context("uid")
    def _compute_may_set_payment(self):
        self.may_set_payment = self.env.user.has_group(MANAGER)

    def write(self, vals):
        """
        :raise AccessError: the settings of payments without being a manager
        """
        if MANAGER_FIELDS & vals.keys() and not self.env.su and not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only a manager changes the settings of payments and grace."))
        return super().write(vals)

    @api.model
    def _grace_by_company(self, companies):
        """The grace of some companies, read at once.

        :return: dict of company id to timedelta
        """
        # sudo: how an account stands is for everybody who may see the account.
        configs = self.sudo().search([("company_id", "in", companies.ids)])
        return {config.company_id.id: timedelta(days=config.grace_days) for config in configs}

    def _supervisor(self):
        """The supervisor of the company who gets an activity."""
        users = self.company_id._cu_users("supervisor")
        # Somebody with that very role, if there is one.
        higher = self.env.ref(MANAGER).sudo().all_user_ids
        return (users - higher or users).sorted("id")[-1:] or self.env.ref("base.user_admin")
