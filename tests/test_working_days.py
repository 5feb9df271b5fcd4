from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from .browser_kept import BrowserCommon
from .credit_sync_common import DAY, CreditSyncCommon


class DaysCommon(CreditSyncCommon, BrowserCommon):
    """Somebody at work in the browser, with a role and no other right, on units that SMART Solar has too."""

    def setUp(self):
        super().setUp()
        self.turn_on(setup_dismissed=True)

    def run_cron(self, xmlid):
        """As the scheduler does; a browser's test is on the registry's test cursor already."""
        self.env.ref(f"payg_control_unit.{xmlid}").method_direct_trigger()
        self.env.invalidate_all()

    def day_of(self, role, tour=None, **kwargs):
        """The role's working day; who had it."""
        user = self.user_of(role, **kwargs)
        self.work(user, tour or f"payg_working_day_{role}")
        return user

    def work(self, user, tour):
        self.start_tour("/odoo", tour, login=user.login, timeout=120)
        self.env.invalidate_all()

    def make_day_units(self, number, **vals):
        return self.add_to_solar(self.make_tour_units(number, **vals))


@tagged("post_install", "-at_install")
class TestWorkingDays(DaysCommon):
    def test_a_technician_sees_what_they_have_and_changes_nothing(self):
        one, two, other = self.make_day_units(3, reported_state="disabled")
        user = self.user_of("technician")
        user.partner_id.cu_is_technician = True
        mine = self.assign(one, technician_id=user.partner_id.id) + self.assign(two, technician_id=user.partner_id.id)
        others = self.assign(other)
        before = (mine + others).read() + (one + two + other).read()
        self.work(user, "payg_working_day_technician")
        self.assertEqual((mine + others).read() + (one + two + other).read(), before)

    def test_a_shop_manager_assigns_records_fails_swaps_and_takes_back(self):
        units = one, two, three = self.make_day_units(3, reported_state="disabled")
        user = self.day_of("shop_manager")
        self.assertRecordValues(units, [{"place": "repair"}, {"place": "shop"}, {"place": "shop"}])
        self.assertEqual({unit.location_id.usage for unit in units}, {"internal"})
        self.assertFalse(units.customer_id | units.technician_id)
        for unit, steps in (
            (one, ["assigned", "installed", "swapped"]),
            (two, ["assigned", "failed"]),
            (three, ["installed", "returned"]),
        ):
            kept = unit.custody_step_ids.sorted("id")
            self.assertEqual(kept.mapped("kind"), steps)
            self.assertEqual(kept.user_id, user)
        self.dispatch()
        self.assertEqual([self.solar(unit).state for unit in units], ["disabled"] * 3)

    def test_an_operator_is_told_why_the_light_is_off(self):
        unit, other = self.make_day_units(2, dcm=True)
        other.write({"dcm": False, "reported_state": "disabled"})
        self.customer.phone = "+254 700 000 123"
        account = self.env["payg.account"].create({"partner_id": self.customer.id, "daily_rate": 10})
        self.deliver(unit)
        account._add_by_hand("bonus", 10 * DAY, "to begin with")
        wanted = unit.wanted_version
        self.day_of("operator")
        self.assertTrue(unit.unit_credit_syncing)
        self.assertEqual(unit.wanted_version, wanted, "An operator switches nothing.")
        self.dispatch()
        self.connect(unit)
        self.read_credit()
        self.assertFalse(unit.unit_credit_syncing)
        self.assertAlmostEqual(unit.unit_credit_seconds, 10 * DAY, delta=300)

    def test_a_supervisor_switches_off_previews_extends_and_marks(self):
        alone, assigned, old = self.make_day_units(3)
        assigned.reported_state = old.reported_state = "disabled"
        deadline = self.assign(assigned).deadline
        user = self.day_of("supervisor")
        self.assertRecordValues(
            alone,
            [{"wanted": "disabled", "wanted_user_id": user.id, "wanted_reason": "Not where it should be"}],
        )
        self.assertRecordValues(assigned.assignment_id, [{"deadline": deadline + timedelta(days=1), "extended": True}])
        self.assertEqual(old.erp_sync, "do_not")
        self.dispatch()
        self.connect(alone)
        self.pull()
        self.assertEqual((self.solar(alone).state, alone.reported_state), ("disabled", "disabled"))

    def test_a_manager_sees_the_preview_and_runs_anyway(self):
        alone, held = self.make_solar_units(25), self.make_solar_unit()
        held._open_holding(self.customer)
        run = self.run_weekly()
        self.assertEqual((run.state, run.disable_count), ("waiting", 25))
        user = self.day_of("manager")
        self.assertRecordValues(run, [{"state": "requested", "approved_by_id": user.id}])
        self.run_cron("ir_cron_work_runs")
        self.assertRecordValues(run, [{"state": "done", "disabled_count": 25, "command_count": 25}])
        self.dispatch()
        self.connect(alone)
        self.assertEqual({self.solar(unit).state for unit in alone}, {"disabled"})
        self.assertEqual(self.solar(held).state, "enabled")

    @mute_logger("odoo.http")
    def test_an_administrator_mends_the_connection_and_a_wrong_imei(self):
        waiting, wrong = self.make_day_units(2)
        self.client.password = "wrong"
        self.switch(waiting)
        self.dispatch()
        self.assertEqual(self.client.state, "stopped")
        user = self.day_of("administrator")
        self.assertRecordValues(self.client, [{"state": "ok", "permission": "FACTORY", "last_error": False}])
        self.assertEqual(wrong.imei, "990000000000099")
        self.assertEqual(wrong.lot_id.message_ids[:1].author_id, user.partner_id)
        self.dispatch()
        self.assertEqual(self.solar(waiting).state, "pending_disabled")

    def test_an_administrator_resumes_a_connection_that_was_asked_to_wait(self):
        [unit] = self.make_day_units(1)
        self.switch(unit)
        self.simulator.faults.add("throttle", times=1, path="disable", retry_after=900)
        self.dispatch()
        self.assertEqual((self.client.state, unit.command_state), ("paused", "live"))
        self.day_of("administrator", "payg_working_day_administrator_resumes")
        self.run_cron("ir_cron_dispatch")
        self.assertRecordValues(self.client, [{"state": "ok", "paused_until": False}])
        self.assertEqual(self.solar(unit).state, "pending_disabled")
