import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PaygCommon


@tagged("post_install", "-at_install")
class TestControlUnit(PaygCommon):
    # ------------------------------------------------------------------
    # Born with their lots
    # ------------------------------------------------------------------
    def test_a_serial_of_a_control_unit_product_gets_its_unit_and_its_company(self):
        lot = self.env["stock.lot"].create({"name": "S1", "product_id": self.product.id})
        self.assertFalse(lot.company_id)
        self.assertRecordValues(
            lot.cu_unit_ids,
            [{"name": "S1", "company_id": self.company.id, "wanted": False, "command_state": False, "erp_sync": "do"}],
        )

    def test_a_serial_of_another_product_gets_none(self):
        product = self.env["product.product"].create(self._product_vals("Radio", cu_is_control_unit=False))
        lot = self.env["stock.lot"].create({"name": "R1", "product_id": product.id})
        self.assertFalse(lot.cu_unit_ids)

    def test_a_thousand_serials_need_as_many_queries_as_ten_apart_from_batches(self):
        def queries(number, prefix):
            before = self.env.cr.sql_log_count
            self.env["stock.lot"].create(
                [{"name": f"{prefix}{n}", "product_id": self.product.id} for n in range(number)]
            )
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(1, "W")
        few, many = queries(10, "A"), queries(1000, "B")
        radio = self.env["product.product"].create(self._product_vals("Radio", cu_is_control_unit=False))
        self.product, ours = radio, many
        core = queries(1000, "C")
        self.assertLess(ours - core, 60, f"{ours} queries with units, {core} without, for 1000; {few} for ten")

    def test_import_from_a_file_brings_serial_and_imei(self):
        result = self.env["stock.lot"].load(
            ["name", "product_id/.id", "cu_imei"],
            [["IMP-1", str(self.product.id), "351000000000001"], ["IMP-2", str(self.product.id), "351000000000002"]],
        )
        self.assertFalse(result["messages"])
        lots = self.env["stock.lot"].browse(result["ids"])
        self.assertEqual(lots.mapped("cu_imei"), ["351000000000001", "351000000000002"])

    def test_a_bad_imei_in_an_import_is_told_and_nothing_is_imported(self):
        result = self.env["stock.lot"].load(
            ["name", "product_id/.id", "cu_imei"],
            [["IMP-1", str(self.product.id), "351000000000001"], ["IMP-2", str(self.product.id), "35-X"]],
        )
        self.assertIn("“35-X” is no IMEI", " ".join(m["message"] for m in result["messages"]))
        self.assertFalse(self.Unit.search([("name", "=like", "IMP-%")]))

    def test_a_receipt_of_serials_brings_units_with_their_imeis(self):
        units = self.receive(self.warehouse, ("REC-1", "352000000000001"), ("REC-2", False))
        self.assertRecordValues(units, [{"imei": "352000000000001"}, {"imei": False}])
        self.assertEqual(units.mapped("location_id"), self.shop)

    def test_ticking_control_unit_later_makes_the_units_of_existing_serials(self):
        product = self.env["product.product"].create(self._product_vals("Late", cu_is_control_unit=False))
        lots = self.env["stock.lot"].create([{"name": f"L{n}", "product_id": product.id} for n in range(5)])
        product.product_tmpl_id.cu_is_control_unit = True
        self.assertEqual(lots.cu_unit_ids.mapped("name"), ["L0", "L1", "L2", "L3", "L4"])
        self.assertEqual(set(lots.cu_unit_ids.mapped("wanted")), {False})

    def test_ticking_several_products_at_once_makes_the_units_of_all(self):
        products = self.env["product.product"].create(
            [self._product_vals(f"Late {n}", cu_is_control_unit=False) for n in range(2)]
        )
        lots = self.env["stock.lot"].create([{"name": f"L{p.id}", "product_id": p.id} for p in products])
        products.write({"cu_is_control_unit": True})
        self.assertEqual(len(lots.cu_unit_ids), 2)

    def test_ticking_control_unit_later_finds_the_customers_that_have_them(self):
        product = self.env["product.product"].create(self._product_vals("Late", cu_is_control_unit=False))
        self.product = product
        unit_like = self.env["stock.lot"].create({"name": "L1", "product_id": product.id})

        class Serial:
            product_id, lot_id = product, unit_like

        self.stock(Serial)
        self.deliver(Serial)
        product.product_tmpl_id.cu_is_control_unit = True
        unit = unit_like.cu_unit_ids
        self.assertEqual(unit.customer_id, self.customer)
        self.assertEqual(unit.holding_id.customer_id, self.customer)
        self.assertFalse(unit.wanted)

    def test_a_product_with_units_stays_a_control_unit(self):
        self.make_unit()
        with self.assertRaisesRegex(ValidationError, "stays a control unit"):
            self.product.product_tmpl_id.cu_is_control_unit = False

    def test_a_serial_entered_under_the_wrong_product_is_put_right(self):
        other = self.env["product.product"].create(self._product_vals("Lamp", cu_is_control_unit=False))
        lot = self.env["stock.lot"].create({"name": "WRONG-1", "product_id": other.id})
        self.assertFalse(lot.cu_unit_ids)
        lot.product_id = self.product
        self.assertRecordValues(lot.cu_unit_ids, [{"name": "WRONG-1", "company_id": self.company.id}])
        with self.assertRaisesRegex(UserError, "WRONG-1 is a control unit, and stays one"):
            lot.product_id = other

    def test_a_control_unit_is_tracked_by_serial_number(self):
        with self.assertRaisesRegex(ValidationError, "tracked by serial number"):
            self.env["product.product"].create(self._product_vals("Lots", tracking="lot"))

    def test_neither_a_unit_nor_its_serial_can_be_deleted(self):
        unit = self.make_unit()
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            unit.lot_id.unlink()
        with self.assertRaisesRegex(ValidationError, "cannot be deleted"):
            unit.unlink()

    @mute_logger("odoo.sql_db")
    def test_a_serial_is_unique_among_the_control_units_of_a_company(self):
        unit = self.make_unit()
        other = self.env["product.product"].create(self._product_vals("Other model"))
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.cr.savepoint():
            self.env["stock.lot"].create({"name": unit.name, "product_id": other.id})

    # ------------------------------------------------------------------
    # IMEI
    # ------------------------------------------------------------------
    def test_an_imei_has_only_digits_up_to_fifteen(self):
        for bad in ("12a", "1234567890123456", "-1", "\uff11\uff12", "12 3"):
            with self.subTest(bad), self.assertRaisesRegex(ValidationError, "is no IMEI"), self.cr.savepoint():
                self.env["stock.lot"].create({"name": f"S{bad}", "product_id": self.product.id, "cu_imei": bad})

    def test_an_imei_belongs_to_one_unit_everywhere(self):
        unit = self.make_unit()
        with self.assertRaisesRegex(ValidationError, "belongs to one control unit only"), self.cr.savepoint():
            self.env["stock.lot"].create({"name": "T", "product_id": self.product.id, "cu_imei": unit.imei})

    def test_white_space_around_an_imei_is_not_part_of_it(self):
        lot = self.env["stock.lot"].create({"name": "T", "product_id": self.product.id, "cu_imei": " 123 "})
        self.assertEqual(lot.cu_imei, "123")

    def test_only_an_administrator_changes_an_imei_and_it_is_logged(self):
        unit = self.make_unit()
        old = unit.imei
        manager = self.user_of("manager")
        manager.group_ids += self.env.ref("stock.group_stock_manager")
        with self.assertRaisesRegex(AccessError, "Only an administrator"):
            unit.lot_id.with_user(manager).cu_imei = "99"
        administrator = self.user_of("administrator")
        administrator.group_ids += self.env.ref("stock.group_stock_manager")
        unit.lot_id.with_user(administrator).cu_imei = "99"
        self.assertEqual(unit.imei, "99")
        message = unit.lot_id.message_ids[0]
        self.assertRecordValues(message.tracking_value_ids, [{"old_value_char": old, "new_value_char": "99"}])
        self.assertEqual(message.author_id, administrator.partner_id)

    def test_a_new_imei_makes_what_was_read_of_the_other_device_unknown(self):
        unit = self.make_unit()
        unit.lot_id.cu_imei = "99"
        self.assertRecordValues(unit, [{"reported_state": False, "life_state": False, "reported_at": False}])
        self.turn_on()
        self.assertEqual(unit.verdict, "not_read")

    def test_an_imei_is_not_changed_while_a_command_is_live(self):
        unit = self.make_unit()
        unit._want("disabled", "person", "test")
        with self.assertRaisesRegex(UserError, "on its way"):
            unit.lot_id.cu_imei = "99"

    def test_an_imei_missing_at_receipt_can_be_filled_in_by_a_stock_user(self):
        unit = self.make_unit()
        unit.imei = False
        clerk = self.user_of("shop_manager")
        clerk.group_ids += self.env.ref("stock.group_stock_user")
        unit.lot_id.with_user(clerk).cu_imei = "77"
        self.assertEqual(unit.imei, "77")

    # ------------------------------------------------------------------
    # Lists
    # ------------------------------------------------------------------
    def test_lists_of_lots_customers_and_leads_need_no_query_a_row(self):
        units = self.make_units(30)
        customers = self.env["res.partner"].create([{"name": f"C{n}"} for n in range(30)])
        for unit, customer in zip(units, customers, strict=True):
            unit.customer_id = customer
        leads = self.env["crm.lead"].create([{"name": p.name, "partner_id": p.id} for p in customers])
        names = ["cu_imei", "cu_reported_state", "cu_verdict", "cu_why", "cu_status_text", "cu_customer_id"]

        def queries(records, fields):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.browse(records.ids).read(fields)
            return self.env.cr.sql_log_count - before

        for records, fields in (
            (units.lot_id, names),
            (customers, ["cu_unit_ids", "cu_count"]),
            (leads, ["cu_unit_ids", "cu_assignment_ids"]),
        ):
            with self.subTest(records._name):
                queries(records[:1], fields)  # fills what is kept for good, such as the formats of the language
                self.assertEqual(queries(records, fields), queries(records[:3], fields))

    def test_lots_customers_and_leads_are_found_by_their_units(self):
        unit = self.make_unit()
        unit.customer_id = self.customer
        lead = self.env["crm.lead"].create({"name": "Lead", "partner_id": self.customer.id})
        self.assertEqual(self.env["stock.lot"].search([("cu_imei", "=", unit.imei)]), unit.lot_id)
        self.assertEqual(self.env["stock.lot"].search([("cu_customer_id", "=", self.customer.id)]), unit.lot_id)
        self.assertIn(unit.lot_id, self.env["stock.lot"].search([("cu_verdict", "=", "feature_off")]))
        self.assertEqual(self.env["res.partner"].search([("cu_unit_ids.name", "=", unit.name)]), self.customer)
        self.assertEqual(self.env["crm.lead"].search([("cu_unit_ids.imei", "=", unit.imei)]), lead)
