from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .device_common import DAY, DeviceCommon
from .smart_solar_common import SmartSolarCommon


@tagged("post_install", "-at_install")
class TestChangesInSmartSolar(SmartSolarCommon):
    """What other users of SMART Solar do to units is kept, as far as readings saw it."""

    def setUp(self):
        super().setUp()
        self.unit = self.make_solar_unit()
        self.pull()

    def changes(self):
        return self.env["payg.status.change"].search([("unit_id", "=", self.unit.id)])

    def switch_elsewhere(self, state, user="jane@example.com"):
        self.simulator.clock.advance(60)
        self.fleet.force_state(self.unit.imei, state, user)
        self.simulator.clock.advance(1)
        self.pull()

    def test_the_first_reading_tells_of_no_change(self):
        self.assertEqual(self.unit.reported_state, "enabled")
        self.assertFalse(self.changes())

    def test_a_switch_by_another_user_is_kept_once(self):
        self.switch_elsewhere("disabled")
        self.assertRecordValues(self.changes(), [{"state": "disabled", "changed_by": "jane@example.com"}])
        self.assertEqual(self.changes().at, self.unit.reported_changed_at)
        self.pull()
        self.assertEqual(len(self.changes()), 1)
        self.switch_elsewhere("enabled", "joe@example.com")
        self.assertEqual(self.changes().mapped("changed_by"), ["joe@example.com", "jane@example.com"])

    def test_what_our_own_login_switched_is_no_change_elsewhere(self):
        self.switch_elsewhere("disabled", "ERP@example.com")
        self.assertEqual(self.unit.reported_state, "disabled")
        self.assertFalse(self.changes())

    def test_a_reading_that_is_too_old_to_be_written_tells_of_no_change(self):
        self.unit.reported_at = "2100-01-01"
        self.switch_elsewhere("disabled")
        self.assertEqual(self.unit.reported_state, "enabled")
        self.assertFalse(self.changes())


@tagged("post_install", "-at_install")
class TestTimeline(DeviceCommon):
    """One list on the unit tells all that happened to it."""

    def setUp(self):
        super().setUp()
        self.unit, self.account = self.make_pair(days=2)

    def told(self, unit=None, **who):
        events = (unit or self.unit).with_user(who.get("user", self.env.user)).event_ids
        return [(event.source, event.what) for event in events]

    def test_custody_credit_commands_and_answers_are_told_newest_first_and_effects_before_causes(self):
        self.tick(60)
        self.account._add_by_hand("bonus", DAY, "for their patience")
        self.tick(60)
        self.dispatch_all()
        told = self.told()
        self.assertEqual(
            told[:3],
            [
                ("accepted", "Payment: accepted by SMART Solar, waits for the unit"),
                ("asked", "Payment of +1 day 0 hours 0 min 0 seconds: asked for"),
                ("credit", "Bonus · +1 day 0 hours 0 min 0 seconds"),
            ],
        )
        self.assertIn(("custody", "Installed: Shop → Customer"), told)
        self.assertIn(("ended", "Payment: Confirmed"), told)
        moments = self.unit.event_ids.mapped("at")
        self.assertEqual(moments, sorted(moments, reverse=True))
        self.assertEqual(len(set(self.unit.event_ids.ids)), len(told))

    def test_who_and_why_are_told(self):
        manager = self.user_of("supervisor")
        self.tick(60)
        self.account.with_user(manager).sudo()._add_by_hand("bonus", DAY, "for their patience")
        [credit] = self.unit.event_ids.filtered(lambda event: event.source == "credit")[:1]
        self.assertRecordValues(credit, [{"who": manager.name, "reason": "for their patience"}])

    def test_marks_and_changes_in_smart_solar_are_told(self):
        self.tick(60)
        self.env["payg.erp.sync.wizard"].create(
            {"unit_ids": self.unit.ids, "erp_sync": "do_not", "reason": "Old hardware"}
        ).action_mark()
        self.pull()
        self.tick(60)
        self.fleet.force_state(self.unit.imei, "disabled", "jane@example.com")
        self.tick(1)
        self.pull()
        self.assertEqual(
            self.told()[:2], [("elsewhere", "Switched in SMART Solar: Disabled"), ("mark", "Marked DO NOT")]
        )
        self.assertEqual(self.unit.event_ids[:2].mapped("who"), ["jane@example.com", self.env.user.name])

    def test_who_corrected_an_imei_is_told_with_both(self):
        administrator = self.user_of("administrator")
        unit, other = self.make_units(2, stocked=False)
        old = unit.imei
        self.tick(60)
        unit.lot_id.with_user(administrator).cu_imei = "99"
        unit.lot_id.message_post(body="Not an IMEI")
        self.assertRecordValues(
            unit.event_ids,
            [{"source": "imei", "what": f"IMEI: {old} → 99", "who": administrator.name, "at": fields.Datetime.now()}],
        )
        self.assertFalse(other.event_ids)

    def test_a_refused_command_tells_why(self):
        self.solar(self.unit).life_state = 9
        unit = self.make_solar_unit()
        self.fleet.units.pop(unit.imei)
        self.switch(unit)
        self.dispatch_all()
        self.assertIn(("ended", "Disable: Rejected (Unknown to SMART Solar)"), self.told(unit))

    def test_credit_stays_with_the_unit_that_the_account_was_for_then(self):
        new = self.make_dcm_unit(balance=0)
        bonus = ("credit", "Bonus · +2 days 0 hours 0 min 0 seconds")
        self.unit._swap(new, fields.Datetime.now(), "worn out")
        self.assertEqual(self.account.unit_id, new)
        self.assertIn(bonus, self.told())
        self.assertNotIn(bonus, self.told(new))

    def test_a_technician_sees_no_credit_and_only_their_own_custody(self):
        unit = self.make_unit()
        technician = self.user_of("technician")
        technician.partner_id.cu_is_technician = True
        self.assign(unit).action_cancel()
        self.assign(unit, technician_id=technician.partner_id.id)
        self.env.flush_all()
        self.env.invalidate_all()
        sources = {source for source, _what in self.told(unit, user=technician)}
        self.assertIn("custody", sources)
        steps = unit.with_user(technician).event_ids.filtered(lambda event: event.source == "custody")
        self.assertEqual(steps.technician_id, technician.partner_id)
        others = self.env["payg.unit.event"].with_user(technician).search([("unit_id", "=", self.unit.id)])
        self.assertFalse(others)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_writes_the_timeline(self):
        event = self.unit.event_ids[0]
        for role in ("operator", "administrator"):
            for call in (lambda e: e.write({"reason": "x"}), lambda e: e.unlink()):
                with self.assertRaises(AccessError):
                    call(event.with_user(self.user_of(role)))
