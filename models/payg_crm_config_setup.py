from odoo import fields, models


class PaygCrmConfig(models.Model):
    """What *Getting Started* remembers of a company: the two steps that leave no other trace, and its dismissal."""

    _inherit = "payg.crm.config"

    looked_at = fields.Datetime(readonly=True, copy=False, help="When somebody opened it from Getting Started.")
    previewed_at = fields.Datetime(readonly=True, copy=False, help="When somebody first looked at the preview.")
    setup_dismissed = fields.Boolean(
        readonly=True, copy=False, help="Getting Started is no longer the first screen of the app."
    )

    def action_preview(self):
        self._note("previewed_at")
        return super().action_preview()

    def _note(self, name):
        """Keep the first time that something was looked at."""
        if not self[name]:
            # sudo: looking is not changing the settings.
            self.sudo()[name] = fields.Datetime.now()
