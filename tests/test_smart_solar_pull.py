from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .smart_solar_common import IN_REPAIR, SmartSolarCommon

_NOW = "2030-05-06 07:08:09"


def _later(seconds):
    return fields.Datetime.to_datetime(_NOW) + timedelta(seconds=seconds)


@tagged("post_install", "-at_install")
class TestSmartSolarPull(SmartSolarCommon):
    def setUp(self):
        super().setUp()
        sleep = patch("odoo.addons.payg_control_unit.models.smart_solar_client_pull.sleep")
        sleep.start()
        self.addCleanup(sleep.stop)

    # ------------------------------------------------------------------
    # What is read
    # ------------------------------------------------------------------
    def test_a_reading_writes_what_smart_solar_says(self):
        unit = self.make_solar_unit()
        self.fleet.force_state(unit.imei, "disabled", "jane@example.com")
        self.solar(unit).life_state = 6
        unit.unknown_since = _NOW
        self.pull()
        self.assertRecordValues(
            unit,
            [
                {
                    "reported_state": "disabled",
                    "life_state": "6",
                    "reported_changed_by": "jane@example.com",
                    "smart_solar_entity_id": 4,
                    "hardware_type": "BB17SMART_v2",
                    "dcm": False,
                    "unknown_since": False,
                }
            ],
        )
        self.assertTrue(unit.reported_changed_at)
        self.assertEqual((self.client.last_pull_count, self.client.last_pull_error), (1, False))

    def test_all_pages_are_read(self):
        units = self.make_solar_units(25)
        self.client.page_size = 10
        self.pull()
        self.assertEqual(self.client.last_pull_count, 25)
        self.assertEqual(len(self.calls("current_enable_status")), 4, "until one comes back empty")
        self.assertFalse(units.filtered(lambda unit: not unit.hardware_type))

    def test_a_capped_page_is_not_taken_for_the_last(self):
        self.simulator.api.page_cap = 10
        self.make_solar_units(25)
        self.pull()
        self.assertEqual(self.client.last_pull_count, 25)

    def test_the_readings_time_is_when_its_request_began(self):
        unit = self.make_solar_unit()
        with freeze_time(_NOW):
            self.pull()
        self.assertEqual(unit.reported_at, _later(0))

    def test_an_older_reading_never_covers_a_newer_one(self):
        unit = self.make_solar_unit(reported_at=_later(1))
        self.fleet.force_state(unit.imei, "disabled", "jane@example.com")
        with freeze_time(_NOW):
            self.pull()
        self.assertEqual((unit.reported_state, unit.reported_at), ("enabled", _later(1)))

    def test_units_of_other_companies_are_not_touched(self):
        unit = self.make_solar_unit()
        other = self.env["res.company"].create({"name": "Other"})
        unit.company_id = other
        self.pull()
        self.assertFalse(unit.hardware_type)
        self.assertEqual((self.client.last_pull_count, self.client.pull_unknown), (0, 1))

    def test_rows_that_make_no_sense_do_not_spoil_the_rest(self):
        units = self.make_solar_units(10)
        self.simulator.faults.add("wrong-imeis", times=1, path="current_enable_status")
        self.pull()
        self.assertEqual((self.client.last_pull_count, self.client.pull_bad), (5, 5))
        self.assertEqual(len(units.filtered("hardware_type")), 5)
        self.assertIn("Rows not understood: 5", self.client.last_pull_message)

    def test_rows_that_come_twice_count_once(self):
        units = self.make_solar_units(10)
        self.simulator.faults.add("duplicate-rows", times=1, path="current_enable_status")
        self.pull()
        self.assertEqual(self.client.last_pull_count, 10)
        self.assertEqual(len(units.filtered("hardware_type")), 10)

    # ------------------------------------------------------------------
    # Absence
    # ------------------------------------------------------------------
    def test_absence_changes_nothing(self):
        self.turn_on()
        units = self.make_solar_units(4)
        self.fleet.clear()
        self.fleet.add(self._stranger())
        self.pull()
        self.assertEqual(set(units.mapped("reported_state")), {"enabled"})
        self.assertFalse(units.command_ids)
        self.assertFalse(any(units.mapped("unknown_since")))

    def _stranger(self):
        from simulator import Unit

        return Unit("111222333", "Stranger")

    def test_an_empty_first_page_is_suspicious(self):
        units = self.make_solar_units(4)
        self.simulator.faults.add("empty-page", path="current_enable_status")
        self.pull()
        self.assertIn("no unit at all", self.client.last_pull_error)
        self.assertEqual(set(units.mapped("reported_state")), {"enabled"})
        self.assertEqual(len(self.activities()), 1)
        self.simulator.faults.clear()
        self.pull()
        self.assertFalse(self.client.last_pull_error or self.activities())

    def test_a_failure_in_the_middle_keeps_what_was_read(self):
        units = self.make_solar_units(30)
        self.client.page_size = 10
        self.simulator.faults.add("error-before", path="current_enable_status")
        self.simulator.faults._list[0].meets = self._after(2)
        self.pull()
        self.assertEqual(len(units.filtered("hardware_type")), 20)
        self.assertIn("Stopped at page 3", self.client.last_pull_error)
        self.assertEqual(self.client.failure_count, 1)

    def _after(self, calls):
        seen = []

        def meets(_method, path):
            if "current_enable_status" in path:
                seen.append(path)
            return len(seen) > calls

        return meets

    def test_one_lost_page_is_asked_for_again(self):
        self.make_solar_units(3)
        for kind in ("error-before", "cut", "garbage", "html"):
            with self.subTest(kind):
                self.simulator.faults.add(kind, times=2, path="current_enable_status")
                self.pull()
                self.assertEqual((self.client.last_pull_count, self.client.last_pull_error), (3, False))

    def test_a_page_that_comes_for_ever_ends_the_reading(self):
        self.make_solar_units(3)
        page = [self.solar(unit).as_status() for unit in self.Unit.search([("company_id", "=", self.company.id)])]
        with patch("odoo.addons.payg_control_unit.smart_solar.SmartSolar.enable_status_page", return_value=page):
            self.pull()
        self.assertIn("same page", self.client.last_pull_error)

    def test_a_reading_goes_on_where_its_slice_ended(self):
        self.make_solar_units(25)
        self.client.page_size = 10
        steps = iter(range(1000))
        with patch("odoo.addons.payg_control_unit.models.smart_solar_client_pull.monotonic", lambda: next(steps) * 20):
            self.pull()
        self.assertEqual((self.client.pull_page, self.client.last_pull_at), (1, False))
        self.pull()
        self.assertEqual(self.client.last_pull_count, 25)
        pages = self.calls("current_enable_status")
        self.assertEqual(len(pages), 4)

    def test_a_reading_ends_when_the_connection_gets_another_address(self):
        units = self.make_solar_units(30)
        self.client.page_size = 10
        read = type(self.client)._read_page

        def read_page(client, wire, page, size):
            if page == 2:
                client.base_url = "https://elsewhere.example.com/v1"
            return read(client, wire, page, size)

        with patch.object(type(self.client), "_read_page", read_page):
            self.pull()
        self.assertEqual(len(units.filtered("hardware_type")), 10)
        self.assertFalse(self.client.token or self.client.last_pull_at)

    def test_a_reading_cut_off_long_ago_begins_anew(self):
        self.make_solar_units(3)
        self.client.write({"pull_began_at": _NOW, "pull_page": 7, "pull_count": 7000})
        with freeze_time(_later(3601)):
            self.pull()
        self.assertEqual(self.client.last_pull_count, 3)

    # ------------------------------------------------------------------
    # Out of repair
    # ------------------------------------------------------------------
    def test_a_unit_out_of_repair_is_asked_for_at_once(self):
        self.turn_on()
        kept = self.make_solar_unit()
        self.assign(kept)
        repaired, other = self.make_solar_units(2, life_state=IN_REPAIR)
        kept.life_state = "8"
        self.dispatch()
        self.solar(repaired).life_state = self.solar(kept).life_state = 5
        self.pull()
        self.assertEqual((repaired.wanted, repaired.wanted_origin), ("disabled", "rule"))
        self.assertIn("repair", repaired.wanted_reason)
        self.assertEqual((kept.wanted, other.wanted), ("enabled", False))
        self.dispatch()
        self.assertEqual(self.solar(repaired).state, "pending_disabled")

    def test_reading_a_million_rows_writes_no_index(self):
        units = self.make_solar_units(50)
        self.env.flush_all()
        self.pull()
        self.env.cr.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'payg_control_unit'")
        indexes = " ".join(row[0] for row in self.env.cr.fetchall())
        # Whether a unit is DCM hardly ever changes, and PostgreSQL compares values: that one may stand in an index.
        for column in ("reported_state", "life_state", "reported_at", "reported_changed", "unknown_since"):
            self.assertNotIn(column, indexes)
        self.assertEqual(len(units), 50)
