from collections import Counter
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .device_common import DAY, DeviceCommon

FAULTS = ("error-before", "error-after", "cut", "garbage", "wrong-unit", "html", "unauthorized")
PATHS = ("add_payment", "payment_commands", "balances")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["bonus", "correction"]), st.integers(1, 5 * DAY)),
        st.tuples(st.just("tick"), st.integers(1, 3 * DAY)),
        st.tuples(st.just("dispatch"), st.none()),
        st.tuples(st.just("connect"), st.none()),
        st.tuples(st.just("read"), st.none()),
        st.tuples(st.just("swap"), st.none()),
        st.tuples(st.just("fault"), st.tuples(st.sampled_from(FAULTS), st.sampled_from(PATHS))),
    ),
    min_size=4,
    max_size=14,
)


@tagged("post_install", "-at_install")
class TestHistories(DeviceCommon):
    """Whatever happens on the way: once all is delivered and read, the device has what Pulse has."""

    def setUp(self):
        super().setUp()
        self.client.write({"breaker_failures": 1000, "max_attempts": 1000})
        self.startPatcher(patch("odoo.addons.payg_control_unit.models.smart_solar_client_pull.sleep"))
        self.reached = Counter()

    def step(self, what, value, unit, account):
        if what in ("bonus", "correction"):
            try:
                account._add_by_hand(what, value if what == "bonus" else -value, "history")
            except UserError:
                self.reached["refused"] += 1
        elif what == "tick":
            self.tick(value)
        elif what == "dispatch":
            self.wake()
            self.dispatch()
        elif what == "connect":
            self.connect(unit)
        elif what == "read":
            self.sync(unit)
        elif what == "swap":
            new = self.make_dcm_unit(balance=0)
            unit._swap(new, fields.Datetime.now(), "history")
        elif what == "fault":
            kind, path = value
            self.simulator.faults.add(kind, times=1, path=path)
        self.reached[what] += 1

    def wake(self):
        """What waits for its next try is due."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE smart_solar_command SET next_try_at = NULL WHERE state = 'retry'")
        self.env.invalidate_all()

    def settle(self, units):
        self.simulator.faults.clear()
        self.client.write({"state": "ok", "paused_until": False, "breaker_until": False})
        for _round in range(len(units.command_ids) + 3):
            self.wake()
            self.dispatch_all()
            self.connect(units)
            self.sync(units)
            if not self.Command.search_count(
                [("unit_id", "in", units.ids), ("state", "in", ("queued", "sending", "retry", "accepted"))]
            ):
                break
        self.connect(units)
        self.sync(units)

    def test_after_everything_is_delivered_and_read_the_unit_equals_pulse(self):
        @settings(max_examples=30, deadline=None, derandomize=True)
        @given(steps=STEPS)
        def check(steps):
            unit, account = self.make_pair(days=5)
            for what, value in steps:
                self.step(what, value, account.unit_id, account)
            units = account.unit_id | unit | self.Unit.search([("command_ids.account_id", "=", account.id)])
            self.settle(units)
            self.assert_agree(account.unit_id, account)
            for other in units - account.unit_id:
                self.assertEqual(self.left(other), 0, "a unit that was swapped out holds nothing")
            commands = units.command_ids.filtered(lambda command: command.kind in ("payment", "bad_payment", "zero"))
            sent = [c.transaction_id for u in units for c in self.fleet.ledger.of_unit[u.imei]]
            self.assertEqual(len(sent), len(set(sent)))
            self.assertFalse(commands.filtered(lambda command: command.state == "rejected"), "nothing was refused")
            self.reached["maybe_sent"] += any(commands.mapped("maybe_sent"))
            self.reached["alignment"] += bool(self.alignments(account))

        check()
        for what in ("bonus", "correction", "tick", "dispatch", "read", "swap", "fault", "maybe_sent", "alignment"):
            self.assertTrue(self.reached[what], f"{what} was never reached: {self.reached}")
