from odoo import fields, models


class IrCron(models.Model):
    _inherit = "ir.cron"

    cu_is_disable_cron = fields.Boolean(compute="_compute_cu_is_disable_cron")

    def _compute_cu_is_disable_cron(self):
        weekly = self.env["payg.crm.config"]._weekly_cron()
        for cron in self:
            cron.cu_is_disable_cron = cron == weekly

    def action_cu_run_cron(self):
        """*Run Cron*: start “Disable not assigned CUs” right now in every company whose feature is on.

        :raise AccessError: no system administrator
        :raise UserError: it is running already
        """
        self.ensure_one()
        self.check_access("write")
        runs = self.env["payg.disable.run"].sudo()
        for config in runs._configs_on():
            runs._request(config, "person", user=self.env.user)
        self.method_direct_trigger()
        return self.env["ir.actions.actions"]._for_xml_id("payg_control_unit.payg_disable_run_action")
