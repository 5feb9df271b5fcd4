from datetime import timedelta

from odoo.tests import tagged

from .device_common import DAY, NOW, DeviceCommon


@tagged("post_install", "-at_install")
class TestDeviceMode(DeviceCommon):
    """A unit becomes DCM in SMART Solar while its account runs: what was paid is not lost with the change."""

    def setUp(self):
        super().setUp()
        self.unit = self.make_solar_unit()
        self.account = self.make_account(self.unit, 10 * DAY)

    def becomes_dcm(self, balance=0):
        """SMART Solar changes the unit, which somebody gave some credit; the next reading says so."""
        self.fleet.set_dcm(self.unit.imei, True)
        if balance:
            self.fleet.ledger.add(self.solar(self.unit), balance, "payment", "foreign", self.fleet.clock.now())
            self.connect(self.unit)
        self.pull()
        self.assertTrue(self.unit.dcm)

    def values(self):
        return self.commands_of(self.unit).filtered("value").mapped("value")

    def test_the_unit_gets_what_its_account_has_left(self):
        self.tick(4 * DAY)
        self.becomes_dcm()
        self.assertFalse(self.values(), "What it holds itself was not read yet.")
        self.read_credit()
        self.assertEqual(self.values(), [6 * DAY])
        self.deliver_credit(self.unit)
        self.assertFalse(self.alignments(self.account))
        self.assertEqual(self.account.expiry, NOW + timedelta(days=10))
        self.assert_agree(self.unit, self.account)

    def test_what_it_holds_already_is_not_given_on_top(self):
        for balance, value in ((4 * DAY, 6 * DAY), (13 * DAY, -3 * DAY)):
            with self.subTest(balance=balance):
                customer = self.env["res.partner"].create({"name": "Other"})
                self.unit = self.make_solar_unit()
                self.account = self.make_account(self.unit, 10 * DAY, customer)
                self.becomes_dcm(balance)
                self.read_credit()
                self.assertEqual(self.values(), [value])
                self.deliver_credit(self.unit)
                self.assert_agree(self.unit, self.account)

    def test_afterwards_the_unit_is_right(self):
        self.becomes_dcm()
        self.read_credit()
        self.deliver_credit(self.unit)
        self.fleet.ledger.add(self.solar(self.unit), 2 * DAY, "payment", "later", self.fleet.clock.now())
        self.connect(self.unit)
        self.sync(self.unit)
        self.pull()
        self.sync(self.unit)
        self.assertEqual(self.values(), [10 * DAY])
        self.assertEqual(self.alignments(self.account), [2 * DAY])
        self.assert_agree(self.unit, self.account)

    def test_a_unit_that_is_read_the_first_time_has_not_changed(self):
        self.unit.reported_at = False
        self.becomes_dcm(4 * DAY)
        self.read_credit()
        self.assertFalse(self.values())
        self.assertEqual(self.alignments(self.account), [-6 * DAY])

    def test_one_without_an_account_gets_nothing(self):
        self.take_back(self.unit)
        self.becomes_dcm(4 * DAY)
        self.read_credit()
        self.assertFalse(self.values())
