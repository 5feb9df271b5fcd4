from ast import literal_eval
from datetime import timedelta
from itertools import product

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from ..models.payg_home_tiles import GRAPHS, TILES
from .browser_kept import BrowserCommon
from .common import PaygCommon

NOW = "2026-03-10 12:00:00"


class HomeCommon(PaygCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = cls.user_of("supervisor")

    def home_of(self, user, companies=None):
        companies = companies or self.company
        return self.env["payg.home"].with_user(user).with_context(allowed_company_ids=companies.ids)

    def tiles(self, user=None):
        return {tile["key"]: tile for tile in self.home_of(user or self.supervisor).read_home()["tiles"]}

    def value(self, key, user=None):
        return self.tiles(user)[key]["value"]

    def behind(self, key):
        """The records that a click on the tile lists."""
        action = self.home_of(self.supervisor).open_tile(key)
        [name] = [name for name in action["context"] if name.startswith("search_default_")]
        domain = self.filters_of(action)[name.removeprefix("search_default_")]
        return self.env[action["res_model"]].with_user(self.supervisor).search(domain)

    def recorded(self, assigned, hours):
        """A unit that was assigned at a moment, and recorded as installed so many hours later."""
        with freeze_time(assigned):
            assignment = self.assign(self.make_unit())
        with freeze_time(assigned + timedelta(hours=hours)):
            assignment._record_installation(fields.Datetime.now())

    def filters_of(self, action):
        """The domains of the filters that the list of an action has, by name."""
        model = self.env[action["res_model"]]
        view = action["search_view_id"] and action["search_view_id"][0]
        arch = etree.fromstring(model.get_view(view or None, "search")["arch"])
        return {
            node.get("name"): literal_eval(node.get("domain")) for node in arch.iter("filter") if node.get("domain")
        }


@tagged("post_install", "-at_install")
class TestHome(HomeCommon):
    def test_every_tile_that_counts_is_a_filter_of_the_list_behind_it(self):
        for tile in TILES:
            if not tile.model:
                continue
            with self.subTest(tile.key):
                action = self.env["ir.actions.actions"]._for_xml_id(tile.action)
                self.assertEqual(action["res_model"], tile.model)
                filtered = self.filters_of(action)[tile.filter] if tile.filter else []
                self.assertEqual(filtered, list(tile.domain))

    def test_every_tile_and_graph_has_a_key_of_its_own_and_fields_that_exist(self):
        for declared in (TILES, GRAPHS):
            keys = [one.key for one in declared]
            self.assertEqual(len(keys), len(set(keys)))
        for tile in TILES:
            self.assertTrue(tile.method or tile.model)
            self.assertIn(tile.color, ("info", "warning", "danger"))
            if tile.since:
                self.assertEqual(self.env[tile.model]._fields[tile.since].type, "datetime")

    # ------------------------------------------------------------------
    # What is counted
    # ------------------------------------------------------------------
    def test_units_that_are_on_with_nobody_are_counted(self):
        alone = self.make_unit(reported_changed_at="2026-01-02 03:04:05")
        alone += self.make_unit(reported_state="pending_enabled", reported_changed_at="2026-02-02 03:04:05")
        unread_life = self.make_unit(life_state=False)
        self.make_unit(reported_state="disabled")
        self.make_unit(life_state="8")
        self.make_unit()._open_holding(self.customer)
        self.assign(self.make_unit(reported_state="disabled")).unit_id.reported_state = "enabled"
        tile = self.tiles()["on_with_nobody"]
        self.assertEqual(tile["value"], 3)
        self.assertEqual(tile["color"], "danger")
        self.assertEqual(tile["since"], fields.Datetime.to_datetime("2026-01-02 03:04:05"))
        self.assertEqual(self.behind("on_with_nobody"), alone + unread_life)

    def test_custody_is_overdue_from_its_deadline_on(self):
        with freeze_time(NOW):
            assignment = self.assign(self.make_unit())
        for seconds, count in ((-1, 0), (0, 1), (1, 1)):
            with self.subTest(seconds), freeze_time(assignment.deadline + timedelta(seconds=seconds)):
                self.assertEqual(self.value("overdue_custody"), count)
                self.assertEqual(self.behind("overdue_custody"), assignment if count else assignment.browse())
        with freeze_time(assignment.deadline + timedelta(days=1)):
            assignment.action_cancel()
            self.assertEqual(self.value("overdue_custody"), 0)

    def test_switching_is_slow_after_24_hours(self):
        unit = self.make_unit(command_state="accepted", command_since=NOW)
        self.make_unit(command_state="failed", command_since=NOW)
        since = fields.Datetime.to_datetime(NOW)
        for seconds, count in ((-1, 0), (0, 1), (1, 1)):
            with self.subTest(seconds), freeze_time(since + timedelta(hours=24, seconds=seconds)):
                self.assertEqual(self.value("slow_switching"), count)
                self.assertEqual(self.behind("slow_switching"), unit if count else unit.browse())

    def test_failed_commands_and_waiting_runs_are_counted(self):
        self.assertEqual(self.tiles()["failed_commands"], {**self.tiles()["failed_commands"], "value": 0})
        self.assertEqual(self.tiles()["failed_commands"]["color"], "success")
        unit = self.make_unit(command_state="failed", command_since=NOW)
        self.assertEqual(self.value("failed_commands"), 1)
        self.assertEqual(self.behind("failed_commands"), unit)
        run = self.env["payg.disable.run"].create({"config_id": self.config.id, "origin": "person", "state": "waiting"})
        self.assertEqual(self.value("waiting_runs"), 1)
        self.assertEqual(self.behind("waiting_runs"), run)

    def test_unit_credits_are_stale_after_a_week_and_payments_unmatched_without_an_account(self):
        with freeze_time(NOW):
            now = fields.Datetime.now()
            credit = {"dcm": True, "unit_credit_until": now}
            stale = self.make_unit(**credit, unit_credit_as_of=now - timedelta(days=30))
            self.make_unit(**credit, unit_credit_as_of=now)
            self.assertEqual(self.value("stale_credit"), 1)
            self.assertEqual(self.behind("stale_credit"), stale)
        self.assertEqual(self.value("unmatched_payments"), 0)
        self.assertFalse(self.behind("unmatched_payments"), "Its list opens for the role, and is empty.")

    def test_mismatches_are_counted_when_they_are_asked_for(self):
        home = self.home_of(self.supervisor)
        self.assertEqual(home.read_tile("mismatches")["value"], 0)
        self.make_unit()
        lazy = self.tiles()["mismatches"]
        self.assertTrue(lazy["lazy"])
        self.assertNotIn("value", lazy)
        tile = home.read_tile("mismatches")
        self.assertFalse(tile["lazy"])
        self.assertEqual(tile["value"], self.env["payg.mismatch"].with_user(self.supervisor).search_count([]))
        self.assertTrue(tile["value"])
        self.assertFalse([name for name in home.open_tile("mismatches")["context"] if "search_default" in name])
        with self.assertRaises(AccessError):
            self.home_of(self.user_of("operator")).read_tile("mismatches")

    def test_the_connection_is_told_as_it_is(self):
        self.assertEqual(self.tiles()["connection"]["text"], "None yet")
        client = self.env["smart.solar.client"].create(
            {"company_id": self.company.id, "base_url": "https://cloud.example.com/v1"}
        )
        self.assertEqual(self.tiles()["connection"]["color"], "info")
        client._mark_ok()
        tile = self.tiles()["connection"]
        self.assertEqual((tile["text"], tile["color"]), ("Working", "success"))
        client.last_pull_error = "SMART Solar sent no unit at all, though there are some."
        tile = self.tiles()["connection"]
        self.assertEqual((tile["hint"], tile["color"]), (client.last_pull_error, "warning"))
        client._mark_stopped("The login was refused.")
        tile = self.tiles()["connection"]
        self.assertEqual((tile["text"], tile["color"], tile["hint"]), ("Stopped", "danger", "The login was refused."))

    def test_the_worst_connection_of_several_companies_is_told(self):
        other = self.env["res.company"].create({"name": "Light Elsewhere"})
        user = self.user_of("supervisor", company_ids=[(6, 0, (self.company + other).ids)])
        for company, state in ((self.company, "ok"), (other, "broken")):
            self.env["smart.solar.client"].create(
                {"company_id": company.id, "base_url": "https://cloud.example.com/v1", "state": state}
            )
        home = self.home_of(user, self.company + other)
        self.assertEqual(home._tile_connection()["text"], "Not reached")
        self.assertEqual(self.home_of(user)._tile_connection()["text"], "Working")

    def test_the_next_run_is_told_when_the_feature_is_on(self):
        self.assertEqual(self.tiles()["next_run"]["text"], "Off")
        self.turn_on()
        cron = self.env.ref("payg_control_unit.ir_cron_disable_not_assigned")
        self.assertEqual(self.tiles()["next_run"]["moment"], cron.nextcall)
        cron.active = False
        self.config.invalidate_recordset()
        self.assertEqual(self.tiles()["next_run"]["color"], "danger")

    def test_graphs_count_every_unit_once(self):
        self.make_units(2)
        self.make_unit(reported_state=False, life_state="8")
        graphs = {graph["key"]: graph for graph in self.home_of(self.supervisor).read_home()["graphs"]}
        self.assertEqual({graph["total"] for graph in graphs.values()}, {3})
        bars = [(bar["value"], bar["label"], bar["count"]) for bar in graphs["reported_state"]["bars"]]
        self.assertEqual(bars, [("enabled", "Enabled", 2), (False, "Unknown", 1)])
        for graph, drawn in graphs.items():
            for bar in drawn["bars"]:
                action = self.home_of(self.supervisor).open_bar(graph, bar["value"])
                units = self.Unit.with_user(self.supervisor)
                self.assertEqual(units.search_count(action["domain"]), bar["count"])

    # ------------------------------------------------------------------
    # Trends
    # ------------------------------------------------------------------
    def trends(self, user=None):
        return {trend["key"]: trend for trend in self.home_of(user or self.supervisor).read_trends()}

    def test_trends_tell_of_each_week_what_the_reports_tell(self):
        now = fields.Datetime.from_string(NOW)
        for weeks, hours in ((2, (10, 20, 60)), (1, (24 * 6,)), (7, (1,)), (30, (5,))):
            for each in hours:
                self.recorded(now - timedelta(weeks=weeks), each)
        with freeze_time(NOW):
            found = {key: [(bar["amount"], bar["count"]) for bar in t["bars"]] for key, t in self.trends().items()}
            self.assertEqual(found["time_to_record"], [(1, 1), (20, 3), (24 * 6, 1)], "the oldest week first")
            self.assertEqual(found["recorded_in_time"], [(100, 1), (100, 3), (0, 1)])

    def test_a_week_opens_what_its_figure_is_made_of(self):
        now = fields.Datetime.from_string(NOW)
        for weeks in (1, 1, 3):
            self.recorded(now - timedelta(weeks=weeks), 12)
        with freeze_time(NOW):
            home = self.home_of(self.supervisor)
            for key, trend in self.trends().items():
                for bar in trend["bars"]:
                    action = home.open_trend(key, bar["value"])
                    self.assertEqual(action["views"][0][1], "list")
                    self.assertIn(bar["label"], action["name"])
                    rows = home.env[action["res_model"]].search(action["domain"])
                    self.assertEqual(len(rows), bar["count"])
                self.assertTrue(home.open_trend(key, "no such week")["domain"], "all of them")

    def test_trends_are_for_who_leads(self):
        for role in ("supervisor", "manager", "administrator"):
            self.assertEqual(set(self.trends(self.user_of(role))), {"time_to_record", "recorded_in_time"})
        for role in ("technician", "shop_manager", "operator"):
            self.assertFalse(self.trends(self.user_of(role)))
            with self.assertRaises(AccessError):
                self.home_of(self.user_of(role)).open_trend("time_to_record", "")

    # ------------------------------------------------------------------
    # For whom
    # ------------------------------------------------------------------
    def test_each_role_has_its_tiles(self):
        counted = {"on_with_nobody", "overdue_custody", "slow_switching", "failed_commands", "stale_credit"}
        all_counted = counted | {"waiting_runs", "unmatched_payments"}
        leads = all_counted | {"mismatches", "connection", "next_run"}
        for role, keys in (
            ("shop_manager", counted | {"mismatches"}),
            ("operator", all_counted),
            ("supervisor", leads),
            ("manager", leads),
            ("administrator", leads),
            ("technician", set()),
        ):
            user = self.user_of(role)
            with self.subTest(role):
                self.assertEqual(set(self.tiles(user)), keys)
                for key in keys:
                    self.assertTrue(self.home_of(user).open_tile(key))

    def test_a_tile_of_another_role_does_not_open(self):
        for role, key in (("shop_manager", "waiting_runs"), ("operator", "next_run"), ("operator", "no_such_tile")):
            with self.subTest(role), self.assertRaises(AccessError):
                self.home_of(self.user_of(role)).open_tile(key)
        with self.assertRaises(AccessError):
            self.home_of(self.user_of("technician")).open_bar("place", "shop")

    def test_without_a_role_there_is_no_home(self):
        user = self.user_of("operator")
        user.group_ids = self.env.ref("base.group_user")
        for refused in (lambda home: home.read_home(), lambda home: home.open_tile("on_with_nobody")):
            with self.assertRaises(AccessError):
                refused(self.home_of(user))

    def test_numbers_are_those_of_the_chosen_companies(self):
        self.make_unit()
        other = self.env["res.company"].create({"name": "Light Elsewhere"})
        both = self.company + other
        user = self.user_of("supervisor", company_ids=[(6, 0, both.ids)])
        for companies, count in ((self.company, 1), (other, 0), (both, 1)):
            [tile] = [
                tile for tile in self.home_of(user, companies).read_home()["tiles"] if tile["key"] == "on_with_nobody"
            ]
            self.assertEqual(tile["value"], count)

    def test_it_takes_a_query_a_tile_and_one_for_the_graphs(self):
        self.make_units(3)
        self.home_of(self.supervisor).read_home()
        counting = [tile for tile in TILES if tile.model and not tile.lazy]
        home = self.home_of(self.supervisor)
        # And one for the journals of the unmatched payments.
        with self.assertQueryCount(len(counting) + 2):
            for tile in counting:
                home._tile(tile)
            home._graphs(GRAPHS)


@tagged("post_install", "-at_install")
class TestHomeTours(HomeCommon, BrowserCommon):
    def make_fleet(self):
        for reported, life in product(("enabled", "disabled"), ("5", "6")):
            self.make_unit(reported_state=reported, life_state=life)
        self.make_unit(command_state="failed", command_since=NOW, reported_state="disabled")
        self.recorded(fields.Datetime.now() - timedelta(weeks=2), 5)

    def test_a_supervisor_looks_at_home_and_at_what_is_behind(self):
        self.make_fleet()
        self.start_tour("/odoo", "payg_home", login=self.supervisor.login)

    def test_home_on_a_phone(self):
        self.make_fleet()
        self.browser_size = "390x844"
        self.touch_enabled = True
        self.start_tour("/odoo/control-units-home", "payg_home_phone", login=self.supervisor.login)
