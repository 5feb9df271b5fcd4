from datetime import timedelta
from itertools import count

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from ..models import payg_disable_run_process as process
from .common import PaygCommon


@tagged("post_install", "-at_install")
class TestWeeklyRun(PaygCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.turn_on(brake_share=100)
        cls.weekly = cls.env.ref("payg_control_unit.ir_cron_disable_not_assigned")

    def test_it_switches_off_what_nobody_has_and_keeps_the_rest_each_with_its_reason(self):
        free, held, assigned, repaired, do_not, dcm, dark = self.make_units(7)
        held._open_holding(self.customer)
        self.assign(assigned)
        repaired.life_state = "8"
        do_not.erp_sync = "do_not"
        (dcm | dark).dcm = True
        dark.unit_credit_until = "2026-01-01"
        run = self.run_weekly()
        self.assertRecordValues(
            free, [{"wanted": "disabled", "wanted_origin": "rule", "command_state": "live", "verdict": "switching_off"}]
        )
        self.assertEqual((held | assigned).mapped("wanted"), ["enabled", "enabled"])
        self.assertEqual((repaired | do_not | dark).mapped("wanted"), [False] * 3)
        self.assertEqual(dcm.wanted, "disabled")
        self.assertRecordValues(
            run,
            [
                {
                    "state": "done",
                    "origin": "schedule",
                    "disable_count": 2,
                    "enabled_count": 7,
                    "disabled_count": 2,
                    "command_count": 2,
                    "braked": False,
                }
            ],
        )
        self.assertEqual(
            {line.verdict: line.count for line in run.line_ids},
            {
                "disable": 2,
                **dict.fromkeys(("with_customer", "with_technician", "in_repair", "not_synced", "already_off"), 1),
            },
        )
        self.assertEqual({command.unit_id: command.kind for command in run.command_ids}, {free: "disable", dcm: "zero"})
        self.assertEqual(run.command_ids.mapped("priority"), [10, 10])

    def test_a_second_run_writes_nothing_because_nothing_is_left(self):
        unit = self.make_unit()
        self.run_weekly()
        second = self.run_weekly()
        self.assertRecordValues(second, [{"state": "done", "disabled_count": 0, "command_count": 0}])
        self.assertEqual(unit.wanted_version, 1)
        self.assertEqual(len(unit.command_ids), 1)

    def test_a_unit_that_somebody_else_switched_on_again_is_switched_off_again(self):
        unit = self.make_unit()
        self.run_weekly()
        unit.command_ids.state = "confirmed"
        unit.write({"command_state": False, "reported_changed_by": "someone@example.com"})
        self.assertIn("someone@example.com", unit.why)
        self.run_weekly()
        self.assertEqual(unit.wanted_version, 2)
        self.assertEqual(len(self.live_commands(unit)), 1)

    def test_a_company_whose_feature_is_off_has_no_run(self):
        self.config.disable_by_default = False
        unit = self.make_unit()
        self.assertFalse(self.run_weekly())
        self.assertFalse(unit.wanted)

    def test_first_install_does_nothing(self):
        fresh = self.env["res.company"].create({"name": "Fresh"})
        config = self.env["payg.crm.config"].search([("company_id", "=", fresh.id)])
        self.assertRecordValues(config, [{"disable_by_default": False, "days_with_technician": 5}])
        self.assertGreater(self.weekly.nextcall, fields.Datetime.now())

    @mute_logger("odoo.addons.payg_control_unit.models.payg_disable_run_process")
    def test_what_fails_in_one_company_is_kept_on_its_run_and_ends_nothing_in_another(self):
        other = self.env["res.company"].create({"name": "Other"})
        other_config = self.env["payg.crm.config"]._of(other)
        other_config.disable_by_default = True
        unit = self.make_unit()
        runs = type(self.env["payg.disable.run"])
        original = runs._count_by_verdict

        def count_by_verdict(run, now):
            if run.company_id == other:
                run.env.cr.execute("SELECT 1/0", log_exceptions=False)
            return original(run, now)

        self.patch(runs, "_count_by_verdict", count_by_verdict)
        self.run_weekly()
        self.assertEqual(unit.wanted, "disabled")
        failed = self.env["payg.disable.run"].search([("company_id", "=", other.id)])
        self.assertRecordValues(failed, [{"state": "failed", "error": "division by zero"}])
        self.assertTrue(self.weekly.active)

    # ------------------------------------------------------------------
    # In chunks
    # ------------------------------------------------------------------
    def after_chunk(self, number, act):
        """Work in chunks of two units, and call ``act(run)`` in the transaction of that one, after its work."""
        self.patch(process, "CHUNK", 2)
        runs = type(self.env["payg.disable.run"])
        original, chunks = runs._switch_off_chunk, count(1)

        def switch_off_chunk(run, *arguments):
            done = original(run, *arguments)
            if next(chunks) == number:
                act(run)
            return done

        self.patch(runs, "_switch_off_chunk", switch_off_chunk)

    def test_every_unit_is_switched_off_however_many_chunks_it_takes(self):
        for size in (1, 2, 5, 6):
            with self.subTest(size):
                self.patch(process, "CHUNK", size)
                units = self.make_units(5)
                run = self.run_weekly()
                self.assertEqual(set(units.mapped("wanted")), {"disabled"})
                self.assertRecordValues(
                    run, [{"disable_count": 5, "disabled_count": 5, "command_count": 5, "error": False}]
                )
                self.assertEqual(run.command_ids.unit_id, units)

    def test_what_is_done_so_far_is_seen_and_sent_while_the_run_goes_on(self):
        seen = []
        self.patch(process, "TELL_EVERY", 0)
        self.after_chunk(2, lambda run: seen.append((run.state, run.disabled_count, dispatcher_woken(run))))
        self.make_units(5)
        dispatch = self.env.ref("payg_control_unit.ir_cron_dispatch")

        def dispatcher_woken(run):
            return bool(run.env["ir.cron.trigger"].search_count([("cron_id", "=", dispatch.id)]))

        self.env["ir.cron.trigger"].search([]).unlink()
        run = self.run_weekly()
        self.assertEqual(seen, [("running", 4, True)])
        self.assertEqual(run.disabled_count, 5)

    @mute_logger("odoo.addons.payg_control_unit.models.payg_disable_run_process", "odoo.sql_db")
    def test_a_run_that_fails_keeps_what_it_did_and_the_next_one_does_the_rest(self):
        self.after_chunk(2, lambda run: run.env.execute_query(SQL("SELECT 1/0")))
        units = self.make_units(5)
        failed, second = self.run_weekly(), self.run_weekly()
        self.assertRecordValues(
            failed | second,
            [
                {"state": "failed", "disable_count": 5, "disabled_count": 2, "command_count": 2},
                {"state": "done", "disable_count": 3, "disabled_count": 3, "command_count": 3},
            ],
        )
        self.assertEqual(units.mapped("wanted_version"), [1] * 5)
        self.assertEqual(len(self.live_commands(units)), 5)

    def test_who_turns_the_feature_off_stops_a_run(self):
        def turn_off(run):
            run.config_id.disable_by_default = False

        self.after_chunk(1, turn_off)
        units = self.make_units(5)
        run = self.run_weekly()
        self.assertEqual(units.mapped("wanted").count("disabled"), 2)
        self.assertRecordValues(run, [{"state": "done", "disabled_count": 2, "error": False}])

    def test_a_unit_that_is_reported_off_already_is_wanted_off_without_a_command(self):
        unit = self.make_unit(reported_state="disabled")
        run = self.run_weekly()
        self.assertRecordValues(unit, [{"wanted": "disabled", "command_state": False}])
        self.assertRecordValues(run, [{"disabled_count": 1, "command_count": 0}])

    # ------------------------------------------------------------------
    # Brake
    # ------------------------------------------------------------------
    def test_a_run_that_would_switch_off_too_much_waits_for_a_manager(self):
        self.config.brake_share = 20
        units = self.make_units(20)
        manager = self.user_of("manager")
        run = self.run_weekly()
        self.assertRecordValues(run, [{"state": "waiting", "braked": True, "disable_count": 20, "disabled_count": 0}])
        self.assertEqual(set(units.mapped("wanted")), {False})
        self.assertEqual(len(self.config.activity_ids), 1)
        self.run_weekly()
        self.assertEqual(len(self.config.activity_ids), 1, "one activity, not a flood")
        self.assertEqual(run.state, "cancelled", "a newer run waits in its place")
        waiting = self.env["payg.disable.run"].search([("state", "=", "waiting")])
        waiting.started_at -= timedelta(days=2)
        waiting.with_user(manager).action_run_anyway()
        self.run_cron("ir_cron_work_runs")
        self.assertLess(waiting.duration, 3600, "how long the manager thought about it does not count")
        self.assertRecordValues(
            waiting, [{"state": "done", "approved_by_id": manager.id, "disabled_count": 20, "braked": True}]
        )
        self.assertEqual(set(units.mapped("wanted")), {"disabled"})

    def test_the_brake_needs_twenty_units_and_more_than_the_share(self):
        self.config.brake_share = 20
        for free, kept, braked in ((19, 0, False), (20, 0, True), (20, 80, False), (21, 80, True), (20, 79, True)):
            with self.subTest(free=free, kept=kept):
                self.Unit.search([("company_id", "=", self.company.id)]).write(
                    {"controlled": False, "reported_state": False}
                )
                self.make_units(free)
                for unit in self.make_units(kept):
                    unit.life_state = "8"
                self.assertEqual(self.run_weekly().state == "waiting", braked)

    def test_only_a_manager_decides_on_a_run_that_waits(self):
        self.config.brake_share = 0
        self.make_units(20)
        run = self.run_weekly()
        with self.assertRaises(AccessError):
            run.with_user(self.user_of("supervisor")).action_run_anyway()
        manager = self.user_of("manager")
        run.with_user(manager).action_cancel()
        self.assertEqual(run.state, "cancelled")
        with self.assertRaisesRegex(UserError, "does not wait"):
            run.with_user(manager).action_run_anyway()

    # ------------------------------------------------------------------
    # Asked for, missed, crashed
    # ------------------------------------------------------------------
    def test_run_cron_in_crm_config_runs_the_own_company_only(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env["payg.crm.config"]._of(other).disable_by_default = True
        unit, supervisor = self.make_unit(), self.user_of("supervisor")
        action = self.config.with_user(supervisor).action_run_cron()
        self.run_cron("ir_cron_work_runs")
        run = self.env["payg.disable.run"].browse(action["res_id"])
        self.assertRecordValues(run, [{"state": "done", "origin": "person", "user_id": supervisor.id}])
        self.assertEqual(unit.wanted_user_id, supervisor)
        self.assertFalse(self.env["payg.disable.run"].search([("company_id", "=", other.id)]))

    def test_run_cron_needs_the_feature(self):
        self.config.disable_by_default = False
        with self.assertRaisesRegex(UserError, "turn it on first"):
            self.config.action_run_cron()

    def test_run_cron_of_the_scheduled_action_names_who_pressed_it(self):
        unit = self.make_unit()
        self.assertTrue(self.weekly.cu_is_disable_cron)
        self.assertFalse(self.env.ref("payg_control_unit.ir_cron_dispatch").cu_is_disable_cron)
        with self.enter_registry_test_mode():
            self.weekly.action_cu_run_cron()
        self.env.invalidate_all()
        self.assertEqual(unit.wanted, "disabled")
        run = self.env["payg.disable.run"].search([("company_id", "=", self.company.id)])
        self.assertRecordValues(run, [{"origin": "person", "user_id": self.env.uid, "state": "done"}])

    def test_a_crashed_run_is_finished_by_the_worker(self):
        unit = self.make_unit()
        run = self.env["payg.disable.run"]._request(self.config, "schedule")
        run.state = "running"
        self.run_cron("ir_cron_work_runs")
        self.assertEqual(run.state, "done")
        self.assertEqual(unit.wanted, "disabled")

    def test_a_missed_week_is_caught_up_once(self):
        runs = self.env["payg.disable.run"].search([])
        self.config.enabled_at = fields.Datetime.now() - timedelta(days=30)
        self.weekly.nextcall = fields.Datetime.now() + timedelta(days=3)
        self.run_cron("ir_cron_work_runs")
        run = self.env["payg.disable.run"].search([]) - runs
        self.assertRecordValues(run, [{"origin": "catch_up", "state": "done"}])
        self.run_cron("ir_cron_work_runs")
        self.assertEqual(self.env["payg.disable.run"].search([]) - runs, run)

    def test_no_week_is_missed_before_the_feature_was_on(self):
        due = self.weekly.nextcall - timedelta(days=7)
        for enabled_at, missed in ((due - timedelta(seconds=1), 1), (due, 1), (due + timedelta(seconds=1), 0)):
            with self.subTest(enabled_at), freeze_time(due + timedelta(days=1)):
                self.env["payg.disable.run"].search([]).unlink()
                self.config.enabled_at = enabled_at
                self.run_cron("ir_cron_work_runs")
                self.assertEqual(len(self.env["payg.disable.run"].search([])), missed)


@tagged("post_install", "-at_install")
class TestCrmConfig(PaygCommon):
    def test_fewer_than_four_days_with_technician_are_refused_with_the_reason(self):
        for days, allowed in ((3, False), (4, True), (5, True)):
            with self.subTest(days):
                if allowed:
                    self.config.days_with_technician = days
                else:
                    with self.assertRaisesRegex(ValidationError, "assigned on Friday"), self.cr.savepoint():
                        self.config.days_with_technician = days

    def test_a_supervisor_opens_the_one_of_the_current_company_and_changes_it(self):
        supervisor = self.user_of("supervisor")
        action = self.env["payg.crm.config"].with_user(supervisor).action_open()
        self.assertEqual(action["res_id"], self.config.id)
        with Form(self.config.with_user(supervisor)) as form:
            form.days_with_technician = 6
        self.assertEqual(self.config.days_with_technician, 6)

    def test_since_when_it_is_on_is_kept_anew_each_time_it_is_turned_on(self):
        for moment in ("2026-03-01 12:00:00", "2026-04-01 12:00:00"):
            with freeze_time(moment):
                self.config.disable_by_default = True
                self.config.disable_by_default = True
            self.assertEqual(self.config.enabled_at, fields.Datetime.to_datetime(moment))
            self.config.disable_by_default = False
            self.assertFalse(self.config.enabled_at)

    def test_what_the_addon_keeps_itself_cannot_be_written(self):
        manager = self.user_of("manager")
        for values in ({"enabled_at": "2020-01-01"}, {"deadlines_asked_until": False}, {"company_id": 1}):
            with self.subTest(values), self.assertRaisesRegex(AccessError, "cannot be written"):
                self.config.with_user(manager).write(values)

    def test_an_operator_changes_nothing(self):
        with self.assertRaises(AccessError):
            self.config.with_user(self.user_of("operator")).days_with_technician = 6

    def test_other_companies_settings_are_out_of_reach(self):
        other = self.env["payg.crm.config"]._of(self.env["res.company"].create({"name": "Other"}))
        manager = self.user_of("manager")
        self.assertNotIn(other, self.env["payg.crm.config"].with_user(manager).search([]))
        with self.assertRaises(AccessError):
            other.with_user(manager).days_with_technician = 6
        with self.assertRaises(AccessError):
            other.with_user(manager).action_run_cron()

    def test_who_changed_what_is_in_the_chatter(self):
        config = self.config.with_context(tracking_disable=False)
        config.with_user(self.user_of("manager")).disable_by_default = True
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.assertIn("Disable by default", config.message_ids.tracking_value_ids.field_id.mapped("field_description"))

    def test_the_share_of_the_brake_is_a_percentage(self):
        with self.assertRaisesRegex(ValidationError, "between 0 and 100"):
            self.config.brake_share = 101


@tagged("post_install", "-at_install")
class TestMarkErpEnableSync(PaygCommon):
    def wizard(self, user, model, ids, domain, **vals):
        context = {"active_model": model, "active_ids": ids, "active_domain": domain}
        wizards = self.env["payg.erp.sync.wizard"].with_user(user).with_context(**context)
        return wizards.create({"reason": "test", **vals})

    def test_the_selected_units_are_marked_and_it_is_logged(self):
        units, supervisor = self.make_units(3), self.user_of("supervisor")
        wizard = self.wizard(supervisor, "payg.control.unit", units[:2].ids, [], erp_sync="do_not")
        self.assertEqual(wizard.unit_count, 2)
        wizard.action_mark()
        self.assertEqual(units.mapped("erp_sync"), ["do_not", "do_not", "do"])
        logs = self.env["payg.erp.sync.log"].search([("company_id", "=", self.company.id)])
        self.assertRecordValues(
            logs, [{"unit_id": unit.id, "erp_sync": "do_not", "user_id": supervisor.id} for unit in units[:2][::-1]]
        )

    def test_the_whole_filtered_list_is_marked_not_only_the_ids_that_were_sent(self):
        units, supervisor = self.make_units(5), self.user_of("supervisor")
        domain = [("reported_state", "=", "enabled")]
        units[4].reported_state = "disabled"
        self.wizard(
            supervisor, "payg.control.unit", units[:1].ids, domain, erp_sync="do_not", scope="domain"
        ).action_mark()
        self.assertEqual(units.mapped("erp_sync"), ["do_not"] * 4 + ["do"])

    def test_a_filtered_list_of_lots_is_marked_too(self):
        units, supervisor = self.make_units(3), self.user_of("supervisor")
        domain = [("name", "in", units[:2].mapped("name"))]
        self.wizard(
            supervisor, "stock.lot", units[:1].lot_id.ids, domain, erp_sync="do_not", scope="domain"
        ).action_mark()
        self.assertEqual(units.mapped("erp_sync"), ["do_not", "do_not", "do"])

    def test_units_of_other_companies_are_not_marked(self):
        mine = self.make_unit()
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.make_unit(company_id=other.id)
        supervisor = self.user_of("supervisor")
        self.wizard(supervisor, "payg.control.unit", mine.ids, [], erp_sync="do_not", scope="domain").action_mark()
        self.assertEqual((mine | theirs).mapped("erp_sync"), ["do_not", "do"])

    def test_an_operator_marks_nothing(self):
        with self.assertRaises(AccessError):
            self.wizard(self.user_of("operator"), "payg.control.unit", self.make_unit().ids, [], erp_sync="do_not")

    def test_marking_nothing_is_told(self):
        wizard = self.wizard(self.user_of("supervisor"), "payg.control.unit", [], [], erp_sync="do_not")
        with self.assertRaisesRegex(UserError, "no control unit to mark"):
            wizard.action_mark()

    def test_a_unit_marked_do_not_is_kept_by_the_rule(self):
        self.turn_on(brake_share=100)
        unit = self.make_unit()
        self.wizard(self.user_of("supervisor"), "payg.control.unit", unit.ids, [], erp_sync="do_not").action_mark()
        self.run_weekly()
        self.assertRecordValues(unit, [{"wanted": False, "verdict": "not_synced"}])


@tagged("post_install", "-at_install")
class TestProgress(PaygCommon):
    """How far work is, for those who wait for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.turn_on(brake_share=100)

    def test_a_run_says_after_each_chunk_how_far_it_is(self):
        self.make_units(5)
        seen, chunk = [], type(self.env["payg.disable.run"])._switch_off_chunk

        def watched(run, *args):
            done = chunk(run, *args)
            [[*row]] = run.env.execute_query(
                SQL("SELECT processed_count, total_count FROM payg_disable_run WHERE id = %s", run.id)
            )
            seen.append((*row, run.state))
            return done

        self.patch(process, "CHUNK", 2)
        self.patch(type(self.env["payg.disable.run"]), "_switch_off_chunk", watched)
        run = self.run_weekly()
        self.assertEqual(seen, [(2, 5, "running"), (4, 5, "running"), (5, 5, "running")])
        self.assertRecordValues(run, [{"state": "done", "processed_count": 5, "total_count": 5}])

    def test_units_that_are_off_already_are_gone_through_and_counted_too(self):
        self.make_unit()
        self.make_unit(reported_state="disabled")
        run = self.run_weekly()
        self.assertRecordValues(run, [{"disable_count": 1, "total_count": 2, "processed_count": 2}])

    def test_a_run_that_begins_again_counts_anew(self):
        self.make_unit()
        run = self.env["payg.disable.run"]._request(self.config, "person")
        run.write({"state": "running", "processed_count": 7, "total_count": 9})
        self.run_cron("ir_cron_work_runs")
        self.assertRecordValues(run, [{"processed_count": 1, "total_count": 1}])

    def test_commands_of_a_run_are_counted_as_they_are_sent(self):
        one, _other = self.make_units(2)
        run = self.run_weekly()
        self.assertEqual((run.sent_count, run.command_count), (0, 2))
        one.command_ids.state = "accepted"
        run.invalidate_recordset()
        self.assertEqual((run.sent_count, run.command_count), (1, 2))
