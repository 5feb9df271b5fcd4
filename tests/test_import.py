from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .doors_common import DoorsCommon
from .import_common import ImportDialog

COLUMNS = ["name", "product_id", "cu_imei", "cu_customer_id", "cu_since", "cu_technician_id", "cu_shop_id"]
HEADERS = ["Serial Number", "Product", "IMEI", "Customer", "Since", "Technician", "Shop"]


class ImportCommon(DoorsCommon):
    """A shop manager who keeps the stock too imports the fleet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env,
            "importer",
            groups="stock.group_stock_user,payg_control_unit.payg_control_unit_group_shop_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            tz="UTC",
        )
        cls.since = fields.Datetime.to_datetime("2025-02-03 08:00:00")

    def row(self, serial, imei="", customer="", since="", technician="", shop=""):
        return [serial, self.product.name, imei, customer, since, technician, shop]

    def load(self, rows, columns=COLUMNS, user=None):
        lots = self.env["stock.lot"].with_user(user or self.clerk).with_context(import_file=True)
        return lots.load(list(columns), [list(row) for row in rows])

    def loaded(self, *rows, **kwargs):
        """The units of rows that are imported without a complaint."""
        result = self.load(rows, **kwargs)
        self.assertFalse(result["messages"])
        self.env.invalidate_all()
        units = {unit.lot_id.id: unit for unit in self.Unit.search([("lot_id", "in", result["ids"])])}
        return self.Unit.union(*(units[lot] for lot in result["ids"]))

    def refused(self, *rows, **kwargs):
        """The messages of rows of which nothing is imported."""
        before = self.Unit.search_count([])
        with mute_logger("odoo.sql_db"):
            result = self.load(rows, **kwargs)
        self.assertFalse(result["ids"])
        self.env.invalidate_all()
        self.assertEqual(self.Unit.search_count([]), before)
        return [message["message"] for message in result["messages"] if message["type"] == "error"]

    def snapshot(self, units):
        """Everything that an import could have changed."""
        return (
            units.read(["place", "place_id", "customer_id", "technician_id", "wanted", "kept_until", "imei"]),
            units.holding_ids.read(["date_from", "date_to", "customer_id"]),
            units.assignment_ids.read(["assigned_at", "deadline", "state"]),
            units.custody_step_ids.ids,
            self.env["stock.quant"].search_read([("lot_id", "in", units.lot_id.ids)], ["location_id", "quantity"]),
            self.env["stock.move"].search_count([]),
        )


@tagged("post_install", "-at_install")
class TestImport(ImportCommon):
    def test_units_come_in_with_who_has_them_and_nothing_is_switched(self):
        held, taken, free = self.loaded(
            self.row("F1", "990000000000001", "Clara Customer", "2025-02-03 08:00:00"),
            self.row("F2", "990000000000002", since="2025-02-03 08:00:00", technician="Tariq Technician"),
            self.row("F3", "990000000000003", shop=self.warehouse.name),
        )
        self.assert_with(held, "customer", self.customers, customer=self.customer, kinds=["imported"])
        self.assertRecordValues(held.holding_id, [{"date_from": self.since, "began": "imported"}])
        self.assert_with(taken, "technician", self.van, technician=self.technician, kinds=["imported"])
        self.assert_with(free, "shop", self.shop, kinds=["imported"])
        self.assertEqual(held.imei, "990000000000001")
        self.assertFalse(self.Command.search([("unit_id", "in", (held | taken | free).ids)]))
        for unit in held | taken | free:
            self.assertEqual(self.quantities(unit)[unit.place_id], 1)
        self.assertEqual(held.custody_step_ids.at, self.since)

    def test_an_imported_technician_has_the_full_time_from_the_import_on(self):
        unit = self.loaded(self.row("F2", since="2025-02-03 08:00:00", technician="Tariq Technician"))
        assignment = unit.assignment_id
        self.assertEqual(assignment.assigned_at, self.since)
        left = assignment.deadline - fields.Datetime.now()
        self.assertAlmostEqual(left, timedelta(days=5), delta=timedelta(minutes=1))
        self.assertEqual(unit.kept_until, assignment.deadline)
        self.run_cron("ir_cron_work_runs")
        self.assertFalse(unit.wanted)
        self.config.days_with_technician = 4
        self.assertGreater(assignment.deadline, fields.Datetime.now() + timedelta(days=4))

    def test_the_same_file_again_changes_nothing(self):
        rows = [
            self.row("F1", "990000000000001", "Clara Customer", "2025-02-03 08:00:00"),
            self.row("F2", "990000000000002", since="2025-02-03 08:00:00", technician="Tariq Technician"),
            self.row("F3", "990000000000003", shop=self.warehouse.name),
        ]
        units = self.loaded(*rows)
        before = self.snapshot(units)
        self.assertEqual(self.loaded(*rows), units)
        self.assertEqual(self.snapshot(units), before)

    def test_the_same_file_with_external_ids_again_changes_nothing(self):
        columns = ["id", *COLUMNS]
        rows = [
            ["fleet_1", *self.row("F1", "990000000000001", "Clara Customer", "2025-02-03 08:00:00")],
            ["fleet_2", *self.row("F2", "990000000000002", technician="Tariq Technician")],
        ]
        units = self.loaded(*rows, columns=columns)
        before = self.snapshot(units)
        self.assertEqual(self.loaded(*rows, columns=columns), units)
        self.assertEqual(self.snapshot(units), before)

    def test_an_old_file_does_not_bring_back_what_moved_since(self):
        row = self.row("F3", "990000000000003", shop=self.warehouse.name)
        unit = self.loaded(row)
        self.done_delivery(unit)
        before = self.snapshot(unit)
        self.loaded(row)
        self.assertEqual(self.snapshot(unit), before)

    def test_what_lies_in_the_shop_already_is_brought_to_its_customer(self):
        unit = self.make_unit()
        self.loaded(self.row(unit.name, customer="Clara Customer"))
        self.assert_with(unit, "customer", self.customers, customer=self.customer, kinds=["imported"])
        self.assertEqual(self.quantities(unit), {self.customers: 1})

    def test_what_was_delivered_to_nobody_gets_its_customer(self):
        unit = self.make_unit(reported_state="disabled")
        self.transfer(unit, self.shop, self.customers)
        self.loaded(self.row(unit.name, customer="Clara Customer", since="2025-02-03 08:00:00"))
        had = {"customer": self.customer, "wanted": "disabled", "kinds": ["installed", "imported"]}
        self.assert_with(unit, "customer", self.customers, **had)
        self.assertEqual(unit.holding_id.date_from, self.since)

    def test_a_location_may_be_named_instead_of_a_shop(self):
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.shop.id})
        columns = ["name", "product_id", "cu_customer_id", "cu_technician_id", "location_id"]
        on_shelf, in_van = self.loaded(
            ["F1", self.product.name, "", "", shelf.complete_name],
            ["F2", self.product.name, "", "Tariq Technician", self.van.complete_name],
            columns=columns,
        )
        self.assert_with(on_shelf, "shop", shelf, kinds=["imported"])
        self.assert_with(in_van, "technician", self.van, technician=self.technician, kinds=["imported"])

    def test_records_may_be_named_by_external_id_and_by_database_id(self):
        columns = ["name", "product_id/.id", "cu_customer_id/.id", "cu_shop_id/.id"]
        unit = self.loaded(["F1", str(self.product.id), str(self.customer.id), ""], columns=columns)
        self.assertEqual(unit.customer_id, self.customer)

    def test_a_delivery_address_stands_for_its_customer(self):
        address = self.env["res.partner"].create(
            {"parent_id": self.customer.id, "type": "delivery", "name": "House by the lake"}
        )
        unit = self.loaded(self.row("F1", customer=address.display_name))
        self.assertEqual(unit.customer_id, self.customer)

    def test_a_file_of_serials_alone_puts_nothing_anywhere(self):
        unit = self.loaded(["F1", self.product.name, "990000000000001"], columns=COLUMNS[:3])
        self.assert_with(unit, False, kinds=[])
        self.assertFalse(self.quantities(unit))

    def test_what_is_imported_is_exported_again(self):
        unit = self.loaded(self.row("F1", "990000000000001", "Clara Customer", "2025-02-03 08:00:00"))
        self.clerk.group_ids += self.env.ref("base.group_allow_export")
        exported = unit.lot_id.with_user(self.clerk).export_data(COLUMNS)["datas"]
        self.assertEqual(exported[0][:4], ["F1", self.product.display_name, "990000000000001", "Clara Customer"])
        self.assertEqual(fields.Datetime.to_datetime(exported[0][4]), self.since)


@tagged("post_install", "-at_install")
class TestBadRows(ImportCommon):
    """Each bad row is refused with what is wrong, and nothing of the file is imported."""

    def test_rows_that_cannot_be(self):
        good = self.row("G1", "990000000000099", "Clara Customer")
        held = self.loaded(self.row("H1", "990000000000098", "Clara Customer")).name
        taken = self.loaded(self.row("T1", technician="Tariq Technician")).name
        tomorrow = fields.Datetime.to_string(fields.Datetime.now() + timedelta(days=1))
        for row, message in (
            (self.row("B1", customer="Nobody At All"), "No matching record found for name 'Nobody At All'"),
            (self.row("B1", customer="Clara Customer", technician="Tariq Technician"), "B1: a unit is with a customer"),
            (self.row("B1", customer="Clara Customer", since=tomorrow), "B1: since .* lies in the future"),
            (self.row("B1", technician="Clara Customer"), "B1: Clara Customer is no technician"),
            (self.row(held, customer="Next Customer"), "H1: it is with the customer Clara Customer already"),
            (self.row(held, technician="Tariq Technician"), "H1: it is with the customer Clara Customer already"),
            (self.row(taken, customer="Clara Customer"), "T1: it is with the technician Tariq Technician already"),
            (self.row(held, "990000000000097", "Clara Customer"), "H1 has the IMEI 990000000000098 already"),
            (self.row("B1", "990000000000098"), "Taken already: 990000000000098"),
            (self.row("B1", "12AB"), "is no IMEI"),
            (self.row("B1", since="not a day", customer="Clara Customer"), "not a day"),
        ):
            with self.subTest(message):
                self.assertRegex("\n".join(self.refused(good, row)), message)
        self.assertEqual(len(self.loaded(good)), 1)

    def test_a_serial_that_is_twice_in_the_file_is_named_with_its_rows(self):
        rows = [self.row("D1", customer="Clara Customer"), self.row("D2"), self.row("D1", customer="Next Customer")]
        result = self.load(rows)
        self.assertFalse(result["ids"])
        self.assertEqual([message["rows"]["from"] for message in result["messages"]], [0, 2])
        self.assertIn("The serial number D1 is in the file more than once", result["messages"][0]["message"])

    def test_an_imei_that_is_twice_in_the_file_is_named(self):
        messages = self.refused(self.row("D1", "990000000000001"), self.row("D2", "990000000000001"))
        self.assertRegex("\n".join(messages), "Taken already: 990000000000001")

    def test_a_product_that_is_no_control_unit_is_with_nobody(self):
        self.env["product.product"].create(self._product_vals("Radio", cu_is_control_unit=False))
        messages = self.refused(["R1", "Radio", "", "Clara Customer", "", "", ""])
        self.assertRegex("\n".join(messages), "R1 is no control unit")

    def test_a_unit_that_is_in_several_places_is_refused(self):
        unit = self.make_unit()
        self.put_in_stock(unit, self.van)
        self.assertRegex("\n".join(self.refused(self.row(unit.name, customer="Clara Customer"))), "in several places")

    def test_a_location_where_somebody_else_is_is_refused(self):
        columns = ["name", "product_id", "cu_customer_id", "location_id"]
        row = ["F1", self.product.name, "Clara Customer", self.van.complete_name]
        self.assertRegex("\n".join(self.refused(row, columns=columns)), "who has it is not who is at the location")

    def test_only_a_shop_manager_says_who_has_a_unit(self):
        operator = new_test_user(
            self.env,
            "operator_with_stock",
            groups="stock.group_stock_user,payg_control_unit.payg_control_unit_group_operator",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.assertRegex("\n".join(self.refused(self.row("F1"), user=operator)), "Only a Shop Manager")
        unit = self.make_unit()
        with self.assertRaises(AccessError):
            unit.lot_id.with_user(operator).cu_customer_id = self.customer


@tagged("post_install", "-at_install")
class TestImportDialog(ImportCommon, ImportDialog):
    def test_the_dialog_offers_a_template_whose_columns_are_found(self):
        self.only_ours()
        self.env["res.partner"].create({"name": "Amina Odhiambo"})
        self.env["res.partner"].create({"name": "Juma Mwangi", "cu_is_technician": True})
        self.warehouse.name = "Nairobi Shop"
        preview, result = self.import_template(self.clerk, "stock.lot", HEADERS, COLUMNS)
        names = {column["name"] for column in preview["fields"]}
        self.assertLessEqual({"cu_customer_id", "cu_since", "cu_technician_id", "cu_shop_id", "cu_imei"}, names)
        units = self.Unit.search([("lot_id", "in", result["ids"])])
        self.assertEqual(sorted(units.mapped("place")), ["customer", "shop", "technician"])
        self.assertFalse(any(units.mapped("wanted")))

    def only_ours(self):
        """The template's product, apart from what a demo database has under the same names."""
        self.env["product.product"].search([("name", "=", "BB17 Control Unit")]).write({"name": "Other"})
        partners = self.env["res.partner"].search([("name", "in", ["Amina Odhiambo", "Juma Mwangi"])])
        partners.write({"name": "Other"})
        self.product.name = "BB17 Control Unit"

    def test_an_import_is_made_set_wise(self):
        """Of the custody of one more unit not one query, other than Odoo's own for its stock."""
        rows = [self.row(f"Q{number}", customer="Clara Customer") for number in range(40)]
        calls = []
        holdings = type(self.env["payg.holding"])
        opened = holdings._open

        def counted(model, vals_list):
            calls.append(len(vals_list))
            return opened(model, vals_list)

        with patch.object(holdings, "_open", counted):
            self.loaded(*rows)
        self.assertEqual(calls, [40])
        self.assertEqual(self.env["stock.move"].search_count([("inventory_name", "=", "Import of control units")]), 1)
