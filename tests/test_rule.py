from collections import Counter
from datetime import datetime, timedelta

from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged
from odoo.tools import SQL

from .. import const
from .common import PaygCommon
from .oracle import oracle

NOW = datetime(2026, 3, 2, 12, 0, 0)
SECOND = timedelta(seconds=1)
FLEET = 12


ROWS = st.fixed_dictionaries(
    {
        "imei": st.sampled_from([True, True, True, False]),
        "controlled": st.sampled_from([True, True, True, False]),
        "unknown_since": st.sampled_from([None, None, None, NOW]),
        "erp_sync": st.sampled_from(["do", "do", "do", "do_not"]),
        "life_state": st.sampled_from([None, *"123456789", "5", "6", "8"]),
        "held": st.sampled_from([False, False, True]),
        "assigned": st.booleans(),
        "kept_until": st.one_of(
            st.sampled_from([NOW - SECOND, NOW, NOW + SECOND]), st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1))
        ),
        "dcm": st.booleans(),
        "unit_credit_until": st.sampled_from([None, NOW - SECOND, NOW, NOW, NOW + SECOND]),
        "credit_pending_seconds": st.sampled_from([None, 0, 0, -60, 60]),
        "wanted": st.sampled_from([None, "enabled", "disabled"]),
        "reported_state": st.sampled_from([None, "init", "enabled", "disabled", "pending_enabled", "pending_disabled"]),
        "command_state": st.sampled_from([None, "live", "accepted", "failed"]),
    }
)


@tagged("post_install", "-at_install")
class TestRuleAgainstOracle(PaygCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fleet = cls.make_units(FLEET)
        cls.holding = cls.env["payg.holding"].create(
            {"unit_id": cls.fleet[0].id, "customer_id": cls.customer.id, "date_from": NOW}
        )
        cls.assignment = cls.env["payg.assignment"].create(
            {"unit_id": cls.fleet[0].id, "technician_id": cls.technician.id}
        )

    def _write_row(self, unit, row, number):
        unit.write(
            {
                "imei": str(10_000 + number) if row["imei"] else False,
                "holding_id": self.holding.id if row["held"] else False,
                "assignment_id": self.assignment.id if row["assigned"] else False,
                **{
                    name: row[name] or False
                    for name in (
                        "controlled",
                        "unknown_since",
                        "erp_sync",
                        "life_state",
                        "kept_until",
                        "dcm",
                        "unit_credit_until",
                        "credit_pending_seconds",
                        "wanted",
                        "reported_state",
                        "command_state",
                    )
                },
            }
        )

    def test_the_query_says_what_the_oracle_says_on_any_fleet(self):
        reached = Counter()

        @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
        @given(rows=st.lists(ROWS, min_size=FLEET, max_size=FLEET), feature=st.sampled_from([True, True, True, False]))
        def compare(rows, feature):
            self.config.disable_by_default = feature
            for number, (unit, row) in enumerate(zip(self.fleet, rows, strict=True)):
                self._write_row(unit, row, number)
            verdicts = self.fleet._classify(NOW)
            for unit, row in zip(self.fleet, rows, strict=True):
                expected = oracle(row, feature, NOW)
                self.assertEqual(verdicts[unit.id], expected, row)
                reached[expected, row["kept_until"] == NOW] += 1
                reached[expected, row["dcm"], row["unit_credit_until"] == NOW] += 1

        compare()
        self.assertEqual({verdict for verdict, *_edge in reached}, set(dict(const.VERDICTS)), reached)
        self.assertTrue(reached["disable", True], "no unit was judged at the second of its deadline")
        self.assertTrue(reached["already_off", True, True], "no DCM unit was judged at the second its credit ends")
        for verdict in ("switching_off", "disable"):
            self.assertTrue(reached[verdict, True, False] + reached[verdict, True, True], "no DCM unit got that far")

    def test_every_verdict_is_reached_by_the_oracle_and_has_a_sentence(self):
        base = {
            "imei": True,
            "controlled": True,
            "unknown_since": None,
            "erp_sync": "do",
            "life_state": "5",
            "held": False,
            "assigned": False,
            "kept_until": None,
            "dcm": False,
            "unit_credit_until": None,
            "credit_pending_seconds": None,
            "wanted": None,
            "reported_state": "enabled",
            "command_state": None,
        }
        cases = {
            "not_controlled": {"imei": False},
            "not_synced": {"erp_sync": "do_not"},
            "not_read": {"life_state": None},
            "retired": {"life_state": "9"},
            "with_customer": {"held": True},
            "in_repair": {"life_state": "8"},
            "with_technician": {"assigned": True, "kept_until": datetime(2100, 1, 1)},
            "already_off": {"wanted": "disabled", "reported_state": "disabled"},
            "switching_off": {"wanted": "disabled", "command_state": "accepted"},
            "disable": {},
        }
        self.turn_on()
        unit = self.fleet[1]
        for verdict, changes in cases.items():
            with self.subTest(verdict):
                self._write_row(unit, {**base, **changes}, 1)
                self.assertEqual(oracle({**base, **changes}, True, datetime.now()), verdict)
                self.assertEqual(unit.verdict, verdict)
                self.assertTrue(unit.why)
                self.assertIn(unit, self.Unit.search([("verdict", "=", verdict)]))
                self.assertNotIn(unit, self.Unit.search([("verdict", "!=", verdict)]))
        self.config.disable_by_default = False
        self.assertEqual(unit.verdict, "feature_off")
        self.assertIn("off in CRM Config", unit.why)

    def test_a_dcm_unit_is_off_from_the_second_its_credit_ends_unless_more_is_on_its_way(self):
        self.turn_on()
        unit = self.fleet[2]
        unit.write({"dcm": True, "unit_credit_until": NOW})
        for moment, pending, expected in (
            (NOW - SECOND, 0, "disable"),
            (NOW, 0, "already_off"),
            (NOW + SECOND, 0, "already_off"),
            (NOW + SECOND, 60, "disable"),
            (NOW + SECOND, -60, "already_off"),
        ):
            with self.subTest(moment=moment, pending=pending):
                unit.credit_pending_seconds = pending
                self.assertEqual(unit._classify(moment)[unit.id], expected)
        unit.unit_credit_until = False
        self.assertEqual(unit._classify(NOW)[unit.id], "disable", "what was never read is not off")
        unit.reported_state = "disabled"
        self.assertEqual(unit._classify(NOW)[unit.id], "already_off")
        unit.unit_credit_until = NOW
        unit.reported_state = "enabled"
        self.assertIn("its own credit ran out", unit.why)

    def test_the_verdict_of_a_whole_list_is_one_query(self):
        self.turn_on()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(2):  # the rows that the sentence of the verdict reads, and the classification
            self.fleet.mapped("verdict")


@tagged("post_install", "-at_install")
class TestDeadlineToTheSecond(PaygCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.turn_on()

    def test_a_unit_is_with_its_technician_until_the_second_before_its_deadline(self):
        with freeze_time(NOW):
            unit = self.make_unit()
            assignment = self.assign(unit)
        deadline = NOW + timedelta(days=5)
        self.assertEqual(assignment.deadline, deadline)
        for moment, expected in (
            (deadline - SECOND, "with_technician"),
            (deadline, "disable"),
            (deadline + SECOND, "disable"),
        ):
            with self.subTest(moment):
                self.assertEqual(unit._classify(moment)[unit.id], expected)

    def test_the_sentence_names_the_technician_and_the_moment_it_changes(self):
        with freeze_time(NOW):
            unit = self.make_unit()
            self.assign(unit)
            self.assertIn("Tariq Technician", unit.why)
            self.assertIn("3/7/26", unit.why)

    def test_a_unit_is_kept_for_another_technician_of_the_same_moment_only_while_assigned(self):
        with freeze_time(NOW):
            unit = self.make_unit()
            self.assign(unit)
            unit.assignment_id.action_cancel()
            self.assertEqual(unit._classify(NOW)[unit.id], "switching_off")


@tagged("post_install", "-at_install")
class TestPreview(PaygCommon):
    def test_the_preview_shows_what_would_happen_while_the_feature_is_still_off(self):
        free, repaired = self.make_units(2)
        repaired.life_state = "8"
        rows = self.env["payg.control.unit.verdict"].search([("unit_id", "in", (free + repaired).ids)])
        self.assertEqual({row.unit_id: row.verdict for row in rows}, {free: "disable", repaired: "in_repair"})
        self.assertEqual(free.verdict, "feature_off")

    def test_the_preview_groups_by_verdict_in_the_database(self):
        self.make_units(3)
        groups = self.env["payg.control.unit.verdict"]._read_group(
            [("company_id", "=", self.company.id)], ["verdict"], ["__count"]
        )
        self.assertEqual(dict(groups), {"disable": 3})

    def test_crm_config_counts_what_would_be_switched_off_and_who_might_be_at_home(self):
        self.make_units(3)
        self.make_unit(reported_state="disabled")
        self.make_unit(life_state="6")
        self.assertEqual(self.config.preview_disable_count, 4)
        self.assertEqual(self.config.preview_enabled_count, 4)
        self.assertEqual(self.config.monitored_without_customer_count, 1)

    def test_the_clock_of_the_verdict_is_a_parameter(self):
        unit = self.make_unit()
        self.env.flush_all()
        query = self.Unit._verdict_sql("u", SQL("TRUE"), NOW)
        [[verdict]] = self.env.execute_query(SQL("SELECT %s FROM payg_control_unit u WHERE id = %s", query, unit.id))
        self.assertEqual(verdict, "disable")
