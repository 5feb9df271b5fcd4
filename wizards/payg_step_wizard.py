from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools.i18n import format_list

from ..duration import moment_text

# How many records a sentence names.
MOST_NAMES = 10


class PaygStepWizard(models.AbstractModel):
    """What the wizards of people's steps share: who may, what it is about, and what it will do, in a sentence."""

    _name = "payg.step.wizard"
    _description = "Step by a Person"

    # Roles that may take the step, besides those that imply one of them.
    _roles = ("shop_manager",)
    # Fields that are filled with what the user was looking at.
    _from_active = ()

    summary = fields.Char("What will happen", compute="_compute_summary")

    @api.model
    def default_get(self, fields):
        """Fill in what the user was looking at: the record of a form, or the selected ones of a list."""
        values = super().default_get(fields)
        for name in set(self._from_active).intersection(fields).difference(values):
            values.update(self._default_from_active(self._fields[name]))
        return values

    @api.model
    def _default_from_active(self, field):
        ids = self.env.context.get("active_ids")
        if not ids or self.env.context.get("active_model") != field.comodel_name:
            return {}
        if field.type == "many2many":
            return {field.name: [Command.set(ids)]}
        return {field.name: ids[0]} if len(ids) == 1 else {}

    def _compute_summary(self):
        """To be overridden, with what it depends on."""
        self.summary = False

    # ------------------------------------------------------------------
    # For the steps
    # ------------------------------------------------------------------
    def _check_may(self, *records):
        """Whether the user has a role for this step, and may see what it is about.

        :raise AccessError: neither
        :raise UserError: it is about nothing
        """
        groups = [f"payg_control_unit.payg_control_unit_group_{role}" for role in self._roles]
        if not any(map(self.env.user.has_group, groups)):
            names = format_list(self.env, [self.env.ref(group).sudo().name for group in groups], "or")
            raise AccessError(self.env._("Only a %s may do this.", names))
        for some in records:
            some.check_access("read")
        self._check_about()

    def _check_about(self):
        """Odoo requires a list of records on the screen only, not from elsewhere."""
        for name in self._from_active:
            if self._fields[name].required and not self[name]:
                label = self._fields[name].get_description(self.env, ["string"])["string"]
                raise UserError(self.env._("Choose first: %s.", label))

    def _done(self, message):
        """Close the wizard, and tell what was done."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": message, "next": {"type": "ir.actions.act_window_close"}},
        }

    # ------------------------------------------------------------------
    # In words
    # ------------------------------------------------------------------
    def _off_words(self, units):
        """What becomes of the light of units that nobody has any more."""
        configs = self.env["payg.crm.config"].sudo()
        if not all(configs._of(company).disable_by_default for company in units.company_id):
            return self.env._("“Disable by default” is off: nothing is switched off by it.")
        switched, device, silent = self._ways(units)
        return self._sentences(
            switched and self.env._("Switched off at once: %s.", self._names(switched)),
            device and self.env._("Switched off by taking all its device credit: %s.", self._names(device)),
            silent
            and self.env._(
                "Not switched off, being marked DO NOT, without an IMEI, or not controlled by SMART Solar: %s.",
                self._names(silent),
            ),
        )

    @api.model
    def _ways(self, units):
        """Units as they are switched: by a command, by their credit (DCM), and not at all."""
        silent = units._unsendable()
        device = (units - silent).filtered("dcm")
        return units - silent - device, device, silent

    def _names(self, records):
        """Their names; of many those of the first."""
        names = records[:MOST_NAMES].mapped("display_name")
        if len(records) > MOST_NAMES:
            names.append(self.env._("%s more", len(records) - MOST_NAMES))
        return format_list(self.env, names)

    def _sentences(self, *sentences):
        return " ".join(filter(None, sentences))

    def _at(self, moment):
        """A moment in the user's language and time zone."""
        return moment_text(self.env, moment)
