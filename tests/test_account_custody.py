from datetime import timedelta

from odoo.tests import tagged

from .credit_common import DAYS, NOW, CreditCommon


@tagged("post_install", "-at_install")
class TestAccountFollowsCustody(CreditCommon):
    """Each step of custody carries the PAYG account along, in the same transaction."""

    def setUp(self):
        super().setUp()
        self.unit, self.other = self.make_units(2)
        self.account = self.make_account(running=False)
        self.payment(100, self.account)

    def _install(self, unit=None, **ago):
        self.assign(unit or self.unit)._record_installation(NOW - timedelta(**ago))

    def test_its_days_begin_with_the_recorded_installation(self):
        self.assertFalse(self.account.expiry)
        assignment = self.assign(self.unit)
        self.tick(days=2)
        assignment._record_installation(NOW + DAYS)
        self.assertEqual((self.account.unit_id, self.unit.account_id), (self.unit, self.account))
        self.assertEqual(self.account.expiry, NOW + 11 * DAYS)

    def test_they_begin_with_a_plain_delivery_too(self):
        self.deliver(self.unit)
        self.assertEqual((self.account.state, self.account.expiry), ("running", NOW + 10 * DAYS))

    def test_one_opened_for_a_delivery_address_is_its_customers(self):
        address = self.env["res.partner"].create(
            {"parent_id": self.customer.id, "type": "delivery", "name": "House by the lake"}
        )
        self.account.state = "closed"
        account = self.env["payg.account"].create({"partner_id": address.id, "daily_rate": 10})
        self.assertEqual(account.partner_id, self.customer)
        self.deliver(self.unit)
        self.assertEqual((account.state, account.unit_id), ("running", self.unit))

    def test_a_swap_moves_it_with_its_on_time(self):
        self._install()
        self.tick(days=3)
        self.unit._swap(self.other, NOW + 3 * DAYS, "Broken")
        self.assertEqual((self.account.unit_id, self.account.state), (self.other, "running"))
        self.assertEqual((self.unit.account_id, self.other.account_id), (self.Account, self.account))
        self.assert_balance(self.account, days=7)

    def test_a_corrected_serial_number_moves_it(self):
        self._install()
        self.unit._correct_serial(self.other, "Typing error")
        self.assertEqual((self.account.unit_id, self.account.state), (self.other, "running"))
        self.assert_balance(self.account, days=10)

    def test_what_is_left_is_kept_for_the_next_installation(self):
        self._install()
        self.tick(days=4)
        self.unit._take_back("returned", NOW + 4 * DAYS, "Moves house")
        self.assertEqual((self.account.state, self.account.kept_seconds), ("waiting", 6 * 86400))
        self.tick(days=30)
        self.deliver(self.other)
        self.assert_balance(self.account, days=6)

    def test_a_repossession_closes_it(self):
        self._install()
        self.unit._take_back("repossessed", NOW, "Did not pay")
        self.assertEqual(self.account.state, "closed")

    def test_an_undone_return_lets_it_run_again(self):
        self._install()
        back = self.take_back(self.unit)
        back.move_line_ids.quantity = 0
        self.assertEqual((self.unit.customer_id, self.account.state), (self.customer, "running"))
        self.assert_balance(self.account, days=10)

    def test_a_return_undone_later_counts_the_days_until_then_as_if_there_had_been_none(self):
        self._install()
        for paid, ticks, days in ((0, 2, 10), (50, 3, 15), (0, 30, 15)):
            with self.subTest(ticks=ticks):
                back = self.take_back(self.unit)
                self.assertEqual(self.account.state, "waiting")
                if paid:
                    self.payment(paid, self.account)
                self.tick(days=ticks)
                back.move_line_ids.quantity = 0
                self.assertEqual((self.unit.customer_id, self.account.state), (self.customer, "running"))
                self.assertEqual(self.account.expiry, NOW + days * DAYS)
                self.assertFalse(self.account._differences())

    def test_a_return_recorded_late_keeps_no_time_before_the_account_began(self):
        self.deliver(self.other)
        self.account.action_close()
        self.tick(days=9)
        late = self.make_account(running=False, unit_id=self.other.id)
        self.assertEqual(late.state, "running")
        self.other._take_back("returned", NOW + 2 * DAYS, "Told late")
        self.assertRecordValues(late, [{"state": "waiting", "kept_seconds": 0}])
        self.assertFalse(late._differences())

    def test_a_return_recorded_late_keeps_no_time_in_which_there_was_no_credit(self):
        self._install()
        self.tick(days=20)
        self.payment(50, self.account)
        self.tick(days=1)
        self.unit._take_back("returned", NOW + 9 * DAYS, "Told late")
        self.assertEqual(self.account.kept_seconds, (1 + 5) * 86400)
        self.assertFalse(self.account._differences())
