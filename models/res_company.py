from odoo import api, models


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        for company in companies:
            self.env["payg.crm.config"]._of(company)
        return companies

    def _cu_users(self, role):
        """The people of this company who have a role, themselves or by a higher one.

        :param str role: as in the external ids of our groups
        """
        self.ensure_one()
        group = self.env.ref(f"payg_control_unit.payg_control_unit_group_{role}")
        return group.sudo().all_user_ids.filtered(
            lambda user: user.active and user._is_internal() and self in user.company_ids
        )

    def _cu_first_shop(self):
        """The company's first ``stock.warehouse``, as superuser; maybe none."""
        return self.env["stock.warehouse"].sudo().search([("company_id", "=", self.id)], limit=1)
