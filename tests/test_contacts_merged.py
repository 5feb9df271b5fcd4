from odoo.tests import new_test_user, tagged

from .test_steps import StepsCommon


@tagged("post_install", "-at_install")
class TestContactsMerged(StepsCommon):
    """Core merges contacts by moving foreign keys in the database: what hangs on them must bear that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.twin = cls.env["res.partner"].create({"name": "T. Technician", "cu_is_technician": True})

    def merge(self, kept, *gone, user=None):
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(user or self.env.user)
        wizard._merge([kept.id, *(partner.id for partner in gone)], kept.with_user(wizard.env.user))
        self.env.invalidate_all()

    def test_a_technician_entered_twice_is_merged_with_what_both_have(self):
        first, second = self.assign(self.unit), self.assign(self.other, technician_id=self.twin.id)
        self.merge(self.technician, self.twin)
        for assignment in first | second:
            unit = assignment.unit_id
            self.assertEqual((unit.technician_id, unit.place), (self.technician, "technician"))
            self.assertEqual(unit.place_id.cu_holder_id, self.technician)
        self.assertEqual(self.technician.cu_custody_ids, self.unit | self.other)
        second.action_cancel()
        self.assert_place(self.other, "shop", self.shop)
        self.assign(self.other)
        self.assert_place(self.other, "technician", first.van_id)

    def test_whoever_merges_contacts_without_a_role_leaves_a_technician_one(self):
        self.assign(self.other, technician_id=self.twin.id)
        plain = self.env["res.partner"].create({"name": "T. Technician"})
        user = new_test_user(self.env, "keeper_of_contacts", groups="base.group_user,base.group_partner_manager")
        self.merge(plain, self.twin, user=user)
        self.assertTrue(plain.cu_is_technician)
        self.assertEqual((self.other.technician_id, self.other.place_id.cu_technician_id), (plain, plain))

    def test_a_customer_entered_twice_is_merged_with_units_and_accounts(self):
        double = self.env["res.partner"].create({"name": "C. Customer"})
        account = self.env["payg.account"].create({"partner_id": double.id, "unit_id": self.unit.id, "daily_rate": 1})
        self.deliver(self.unit, double)
        self.deliver(self.other)
        self.assertEqual(account.state, "running")
        self.merge(self.customer, double)
        self.assertEqual(self.customer.cu_unit_ids, self.unit | self.other)
        self.assertEqual(self.customer.cu_holding_ids, (self.unit | self.other).holding_id)
        self.assertEqual((account.partner_id, self.unit.account_id), (self.customer, account))
        self.take_back(self.unit)
        self.assertEqual((self.unit.holding_ids.customer_id, account.state), (self.customer, "waiting"))
