from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields

from .credit_sync_common import DAY, CreditSyncCommon

__all__ = ["DAY", "NOW", "DeviceCommon"]

NOW = datetime(2026, 3, 2, 12)


class DeviceCommon(CreditSyncCommon):
    """DCM units with accounts. Our clock and SMART Solar's stand still together; `tick` moves both."""

    def setUp(self):
        freezer = freeze_time(NOW)
        self.clock = freezer.start()
        self.addCleanup(freezer.stop)
        super().setUp()
        # Units connect when a test says so.
        self.fleet.connect_after = float("inf")

    def tick(self, seconds):
        self.clock.tick(timedelta(seconds=seconds))
        self.fleet.clock.advance(seconds)
        self.env.invalidate_all()

    # ------------------------------------------------------------------
    # Makers
    # ------------------------------------------------------------------
    def make_account(self, unit=None, seconds=0, customer=None):
        """An account of the customer; with a unit it runs, and both have `seconds`."""
        customer = customer or self.customer
        account = self.env["payg.account"].create({"partner_id": customer.id, "daily_rate": 10.0})
        if unit:
            self.deliver(unit, customer)
            self.assertEqual(unit.account_id, account)
        if seconds:
            account._add_by_hand("bonus", seconds, "to begin with")
        return account

    def make_pair(self, days=10):
        """A DCM unit and its running account, which agree, with nothing on its way."""
        unit = self.make_dcm_unit(balance=0)
        account = self.make_account(unit, days * DAY)
        self.deliver_credit(unit)
        return unit, account

    # ------------------------------------------------------------------
    # Going on
    # ------------------------------------------------------------------
    def dispatch_all(self, rounds=6):
        """Send until nothing is due, as the dispatcher does that wakes itself."""
        for _round in range(rounds):
            self.dispatch()
            if not self.Command._has_due(self.company):
                return

    def connect(self, units):
        """The units connect, whatever waits for them."""
        for unit in units:
            self.fleet.connect(unit.imei)

    def sync(self, units):
        self.due(units)
        self.read_credit()

    def deliver_credit(self, units):
        """Send, let the units connect, and read them."""
        for _zero in range(3):
            self.dispatch_all()
            self.connect(units)
            self.sync(units)
            if not self.Command.search_count([("unit_id", "in", units.ids), ("state", "in", ("queued", "accepted"))]):
                return

    # ------------------------------------------------------------------
    # Looking
    # ------------------------------------------------------------------
    def commands_of(self, unit, *states):
        domain = [("unit_id", "=", unit.id), *([("state", "in", states)] if states else [])]
        return self.Command.search(domain, order="id")

    def sent(self, unit):
        """What the simulator took: (category, value) in order."""
        return [(c.category, c.value) for c in self.fleet.ledger.of_unit[unit.imei]]

    def assert_agree(self, unit, account):
        """What the account has, the unit has, and its row says so."""
        left = max(0, int((account.expiry - fields.Datetime.now()).total_seconds()))
        self.assertLessEqual(abs(left - self.left(unit)), 1)
        self.assertLessEqual(abs(left - unit.unit_credit_seconds), 1)
        self.assertFalse(account._differences())

    def alignments(self, account):
        return account.transaction_ids.filtered(lambda row: row.kind == "alignment").sorted("id").mapped("seconds")
