from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """*Merge* of contacts: core moves what hangs on them in the database, past every model."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Of technicians, what both have in custody stays together: one has one van at a shop."""
        # sudo: whoever merges contacts need not have a role of ours.
        gone, kept = src_partners.sudo(), dst_partner.sudo()
        are_technicians = (gone | kept).filtered("cu_is_technician")
        (gone | kept)._cu_join_vans(kept)
        res = super()._update_foreign_keys(src_partners, dst_partner)
        if are_technicians:
            kept.cu_is_technician = True
        return res
