from ast import literal_eval
from datetime import datetime, timedelta

from freezegun import freeze_time
from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PaygCommon

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 3, 2, 8)
NEXT_MONDAY = MONDAY + 7 * DAY
TODAY = datetime(2026, 3, 20, 12)
REPORTS = ("payg.installation.report", "payg.on.report", "payg.shrinkage.report")


class ReportsCommon(PaygCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.turn_on()
        cls.own = [("company_id", "=", cls.company.id)]
        cls.tess = cls.env["res.partner"].create({"name": "Tess", "cu_is_technician": True})

    def groups(self, model, by, *aggregates):
        """Figures of the report today: dict of group to its figures, rounded."""
        with freeze_time(TODAY):
            self.env.invalidate_all()
            rows = self.env[model]._read_group(self.own, by, aggregates)
        return {
            row[0] if by else "all": tuple(
                round(figure, 1) if isinstance(figure, float) else figure for figure in row[len(by) :]
            )
            for row in rows
        }

    def given(self, technician, at, **vals):
        """A unit assigned at that moment."""
        with freeze_time(at):
            return self.assign(self.make_unit(reported_state="disabled"), technician_id=technician.id, **vals)

    def recorded(self, technician, at, hours, **vals):
        """An installation that was recorded so many hours after the assignment."""
        assignment = self.given(technician, at, **vals)
        with freeze_time(at + hours * HOUR):
            assignment._record_installation(at + HOUR)
        return assignment


@tagged("post_install", "-at_install")
class TestTimeToInstallation(ReportsCommon):
    FIGURES = ("hours_median:median", "hours:avg", "in_time:avg", "installed_count:sum")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("setUp")  # whose makers are no class methods
        for days, hours in ((0, 10), (1, 30), (2, 144)):
            case.recorded(cls.technician, MONDAY + days * DAY, hours)
        case.recorded(cls.tess, NEXT_MONDAY, 20, kind="swap")
        extended = case.given(cls.tess, NEXT_MONDAY)
        with freeze_time(NEXT_MONDAY + DAY):
            extended._extend(TODAY, "Rain")
            case.given(cls.tess, NEXT_MONDAY)._record_failure("not_home")
        with freeze_time(NEXT_MONDAY + 7 * DAY):
            extended._record_installation(NEXT_MONDAY + HOUR)
        case.given(cls.tess, NEXT_MONDAY)

    def test_median_average_share_in_time_and_number_by_technician(self):
        found = self.groups("payg.installation.report", ["technician_id"], *self.FIGURES)
        self.assertEqual(
            found,
            {
                # 10, 30 and 144 hours, the last after the 120 hours of Days with Technician.
                self.technician: (30.0, 61.3, 66.7, 3),
                # 20 hours, and 168 which only an extension allowed; one is overdue and one failed.
                self.tess: (94.0, 94.0, 33.3, 2),
            },
        )

    def test_the_median_of_all_is_no_average_of_medians(self):
        found = self.groups("payg.installation.report", [], *self.FIGURES)
        self.assertEqual(found, {"all": (30.0, 74.4, 50.0, 5)})

    def test_by_week_shop_and_kind(self):
        weeks = self.groups("payg.installation.report", ["assigned_at:week"], "hours_median:median", "in_time:avg")
        self.assertEqual([*weeks.values()], [(30.0, 66.7), (94.0, 33.3)])
        shops = self.groups("payg.installation.report", ["warehouse_id"], "hours_median:median")
        self.assertEqual(shops, {self.warehouse: (30.0,)})
        kinds = self.groups("payg.installation.report", ["kind"], "hours_median:median", "__count")
        self.assertEqual(kinds, {"installation": (87.0, 6), "swap": (20.0, 1)})

    def test_what_became_of_the_assignments(self):
        found = self.groups("payg.installation.report", ["outcome"], "__count")
        self.assertEqual(found, {"installed": (5,), "failed": (1,), "overdue": (1,)})
        with freeze_time(NEXT_MONDAY + DAY):
            self.env.invalidate_all()
            row = self.env["payg.installation.report"].search([*self.own, ("outcome", "=", "open")])
            self.assertRecordValues(row, [{"in_time": 0.0, "hours": 0.0, "overdue_count": 0}])
            averages = row._read_group([("id", "=", row.id)], [], ["in_time:avg", "hours:avg"])
            self.assertEqual(averages, [(False, False)], "an open one is neither in time nor late")

    def test_what_is_not_decided_is_neither_late_nor_in_the_graph(self):
        reports = self.env["payg.installation.report"]
        view = etree.fromstring(self.env.ref("payg_control_unit.payg_installation_report_view_search").arch)
        late = literal_eval(view.find(".//filter[@name='late']").get("domain"))
        graph = literal_eval(self.env.ref("payg_control_unit.payg_in_time_action").domain)
        with freeze_time(NEXT_MONDAY + DAY):
            self.env.invalidate_all()
            undecided = reports.search([*self.own, ("outcome", "in", ("open", "failed"))])
            self.assertEqual(len(undecided), 2)
            self.assertFalse(undecided & reports.search([*self.own, *late]))
            self.assertFalse(undecided & reports.search([*self.own, *graph]))
            self.assertEqual(set(reports.search([*self.own, *late]).mapped("outcome")), {"installed"})

    def test_recorded_at_the_deadline_is_a_second_late(self):
        for seconds, share in ((-1, 100.0), (0, 0.0)):
            assignment = self.recorded(self.technician, MONDAY, 120 + seconds / 3600)
            with freeze_time(TODAY):
                row = self.env["payg.installation.report"].browse(assignment.id)
                self.assertEqual(row.in_time, share)

    def test_an_assignment_of_which_another_unit_was_installed_counts(self):
        assignment, other = self.given(self.technician, MONDAY), self.make_unit()
        with freeze_time(MONDAY + 4 * HOUR):
            assignment._record_installation(MONDAY + HOUR, unit=other)
        row = self.env["payg.installation.report"].browse(assignment.id)
        self.assertRecordValues(row, [{"outcome": "installed", "hours": 4.0}])

    def test_pivot_and_graph_get_the_median_as_they_ask_for_it(self):
        supervisor = self.user_of("supervisor")
        report = self.env["payg.installation.report"].with_user(supervisor)
        with freeze_time(TODAY):
            sets = report.formatted_read_grouping_sets(self.own, [[], ["technician_id"]], ["hours_median:median"])
        self.assertEqual(sets[0][0]["hours_median:median"], 30.0)
        self.assertEqual(sorted(row["hours_median:median"] for row in sets[1]), [30.0, 94.0])
        self.assertEqual(report.fields_get(["hours_median"])["hours_median"]["aggregator"], "median")


@tagged("post_install", "-at_install")
class TestUnitsOn(ReportsCommon):
    def test_units_on_without_a_customer_by_age_and_reason(self):
        fresh, older, unknown, repaired, marked, off, held, empty = self.make_units(8)
        empty.write({"dcm": True, "unit_credit_until": TODAY - HOUR})
        fresh.reported_changed_at = TODAY - 3 * HOUR
        older.reported_changed_at = TODAY - 3 * DAY
        repaired.write({"life_state": "8", "reported_changed_at": TODAY - 40 * DAY})
        marked.write({"erp_sync": "do_not", "reported_changed_at": TODAY - 8 * DAY})
        off.reported_state = "disabled"
        with freeze_time(TODAY - 2 * DAY):
            held._open_holding(self.customer)
        given = self.given(self.technician, TODAY - 2 * DAY).unit_id
        overdue = self.given(self.technician, TODAY - 15 * DAY).unit_id
        (given | overdue).reported_state = "enabled"
        with freeze_time(TODAY):
            self.env.invalidate_all()
            rows = self.env["payg.on.report"].search(self.own)
            found = {row.unit_id: (row.reason, row.age_group, round(row.age, 3)) for row in rows}
        self.assertEqual(
            found,
            {
                fresh: ("nobody", "0_day", 0.125),
                older: ("nobody", "1_week", 3.0),
                unknown: ("nobody", "4_unknown", 0.0),
                repaired: ("repair", "3_longer", 40.0),
                marked: ("not_switched", "2_month", 8.0),
                given: ("technician", "1_week", 2.0),
                overdue: ("overdue", "2_month", 10.0),
            },
        )
        ages = self.groups("payg.on.report", ["age_group"], "__count", "oldest:max")
        self.assertEqual(ages["2_month"], (2, 10.0))
        self.assertEqual(ages["4_unknown"], (1, False))

    def test_a_returned_unit_that_stays_on_is_as_old_as_its_return(self):
        unit = self.recorded(self.technician, MONDAY, 2).unit_id
        unit.write({"reported_state": "enabled", "reported_changed_at": MONDAY})
        with freeze_time(TODAY - 6 * DAY):
            unit._take_back("returned", TODAY - 6 * DAY, "No longer pays")
        found = self.groups("payg.on.report", ["unit_id"], "age:avg")
        self.assertEqual(found, {unit: (6.0,)})


@tagged("post_install", "-at_install")
class TestShrinkage(ReportsCommon):
    FIGURES = ("handled:sum", "lost:sum", "overdue:sum", "share:share")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("setUp")  # whose makers are no class methods
        stolen = case.given(cls.technician, MONDAY)
        case.given(cls.technician, MONDAY)
        case.given(cls.technician, TODAY - HOUR)
        case.recorded(cls.technician, MONDAY, 3)
        burnt = case.recorded(cls.tess, MONDAY - 20 * DAY, 3).unit_id
        found = case.given(cls.tess, MONDAY).unit_id
        mislaid = case.make_unit()
        with freeze_time(NEXT_MONDAY):
            for unit in (stolen.unit_id, burnt, found, mislaid):
                unit._lose(NEXT_MONDAY, "Gone")
        with freeze_time(NEXT_MONDAY + DAY):
            lost_in = case.env["stock.quant"].search([("lot_id", "=", found.lot_id.id), ("quantity", ">", 0)])
            lost_in.move_quants(location_dest_id=cls.shop)

    def test_by_technician(self):
        found = self.groups("payg.shrinkage.report", ["technician_id"], *self.FIGURES)
        nobody = self.env["res.partner"]
        self.assertEqual(
            found,
            {
                # Handed out four, of which one was stolen and one is overdue.
                self.technician: (4, 1, 1, 50.0),
                # Handed out two; the one that was lost and found is in the shop again.
                self.tess: (2, 0, 0, 0.0),
                # Lost at a customer's, and from the shop.
                nobody: (0, 2, 0, False),
            },
        )

    def test_by_shop_and_month(self):
        found = self.groups("payg.shrinkage.report", ["warehouse_id"], *self.FIGURES)
        self.assertEqual(found, {self.warehouse: (6, 3, 1, 66.7)})
        months = self.groups("payg.shrinkage.report", ["date:month"], *self.FIGURES)
        self.assertEqual([*months.values()], [(1, 0, 0, 0.0), (5, 3, 1, 80.0)])

    def test_a_row_of_the_list_is_one_unit_handed_out_or_lost(self):
        with freeze_time(TODAY):
            rows = self.env["payg.shrinkage.report"].search(self.own)
            self.assertEqual((len(rows), sum(rows.mapped("lost"))), (8, 3))


@tagged("post_install", "-at_install")
class TestReportRoles(ReportsCommon):
    @mute_logger("odoo.addons.base.models.ir_model")
    def test_shop_managers_and_leads_of_the_call_center_read_reports(self):
        self.given(self.technician, TODAY - DAY).unit_id.reported_state = "enabled"
        for role in ("shop_manager", "supervisor", "manager", "administrator", "operator", "technician"):
            user = self.user_of(role)
            for model in REPORTS:
                report = self.env[model].with_user(user)
                with self.subTest(role=role, model=model):
                    if role in ("operator", "technician"):
                        with self.assertRaises(AccessError):
                            report.search([])
                    else:
                        self.assertTrue(report.search([]).read())
                        self.assertFalse(report.has_access("create") or report.has_access("unlink"))

    def test_those_of_another_company_are_out_of_sight(self):
        other = self.env["res.company"].create({"name": "Second Sun"})
        self.env["payg.crm.config"]._of(other)
        self.env.user.company_ids += other
        shop = self.env["stock.warehouse"].search([("company_id", "=", other.id)], limit=1)
        theirs = self.make_unit(stocked=False, company_id=other.id)
        self.put_in_stock(theirs, shop.lot_stock_id)
        with freeze_time(TODAY - DAY):
            self.assign(theirs)
        for model in REPORTS:
            with self.subTest(model):
                own = self.env[model].with_user(self.user_of("supervisor"))
                self.assertFalse(own.search([("unit_id", "=", theirs.id)]))
                self.assertTrue(self.env[model].sudo().search([("unit_id", "=", theirs.id)]))
