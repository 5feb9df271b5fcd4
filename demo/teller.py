from odoo import fields
from odoo.fields import Command

from ..const import LIFE_MONITORED

MODULE = "payg_control_unit"
DAY = 86400
ACTIVATED = "5"  # of SMART Solar's life-cycle states
# What a command that ended so leaves on its unit; one that was confirmed leaves nothing.
LEFT_ON_UNIT = {"accepted": "accepted", "rejected": "failed"}


class Teller:
    """The verbs of the story: what people did, by the methods that their buttons call."""

    def __init__(self, env):
        # Nobody is told by SMS of what happened long ago; and what was changed then needs no log of today.
        self.env = env(context={**env.context, "skip_sms": True, "tracking_disable": True})
        self.accounts, self.leads, self.paid = {}, {}, 0

    # ------------------------------------------------------------------ who and what

    def _ref(self, name):
        return self.env.ref(f"{MODULE}.demo_{name}")

    def _as(self, role, records):
        """The records as seen by the user who has the role; nobody's rights are what the story is about."""
        return records.with_user(self._ref(f"user_{role}")).sudo()

    def _units(self, *numbers):
        lots = [self._ref(f"lot_{number:02d}").id for number in numbers]
        units = self.env["payg.control.unit"].search([("lot_id", "in", lots)], order="name")
        return self._as("shop_manager", units)

    def _customer(self, number):
        return self._ref(f"customer_{number:02d}") if number else self.env["res.partner"]

    def _technician(self, number):
        return self._ref(f"technician_{number}")

    def _assignment(self, unit):
        return self._units(unit).assignment_id

    # ------------------------------------------------------------------ stock

    def receive(self, shop, units):
        """A supplier's units arrive."""
        shop, units = self._ref(f"shop_{shop}"), self._units(*units)
        suppliers = self.env.ref("stock.stock_location_suppliers")
        vals = units._prepare_picking_vals(suppliers, shop.lot_stock_id, shop, None)
        picking = self.env["stock.picking"].create({**vals, "picking_type_id": shop.in_type_id.id})
        picking.move_ids.create(units._prepare_move_vals(picking))
        picking._action_done()

    def deliver_to_nobody(self, unit):
        """A plain delivery that names no customer."""
        unit = self._units(unit)
        unit._transfer(self.env.ref("stock.stock_location_customers"), unit._shop())

    def count_elsewhere(self, unit, shop):
        """An inventory finds in a shop what lies in another one."""
        lot = self._units(unit).lot_id
        quants = self.env["stock.quant"].with_context(inventory_mode=True)
        quants.create(
            {
                "product_id": lot.product_id.id,
                "lot_id": lot.id,
                "location_id": self._ref(f"shop_{shop}").lot_stock_id.id,
                "inventory_quantity": 1,
            }
        ).action_apply_inventory()

    # ------------------------------------------------------------------ technicians

    def book(self, customer):
        """An installation was sold."""
        partner = self._customer(customer)
        lead = self.env["crm.lead"].create(
            {
                "name": f"Solar home system, {partner.city}",
                "partner_id": partner.id,
                "type": "opportunity",
                "expected_revenue": 180,
                "user_id": self._ref("user_supervisor").id,
            }
        )
        self.leads[customer] = lead
        self._as("shop_manager", lead).action_cu_book_installation()

    def assign(self, unit, technician, customer=None, kind="installation"):
        units, technician = self._units(unit), self._technician(technician)
        vals = {
            "unit_id": units.id,
            "technician_id": technician.id,
            "customer_id": self._customer(customer).id,
            "lead_id": self.leads[customer].id if customer in self.leads else False,
            "kind": kind,
            "warehouse_id": units._check_in_stock().id,
            # The screens do not choose it: it is when the button is pressed.
            "assigned_at": fields.Datetime.now(),
        }
        self._as("shop_manager", self.env["payg.assignment"])._insert_open([vals])._hand_over()

    def record(self, unit, installed=None):
        installed = self._units(installed) if installed else None
        self._assignment(unit)._record_installation(fields.Datetime.now(), unit=installed)

    def fail(self, unit, reason, text):
        self._assignment(unit)._record_failure(reason, text)

    def cancel(self, unit):
        self._assignment(unit).action_cancel()

    def reassign(self, unit, technician, reason):
        self._assignment(unit)._reassign(self._technician(technician), reason)

    def extend(self, unit, days, reason):
        deadline = fields.Datetime.add(fields.Datetime.now(), days=days)
        self._as("supervisor", self._assignment(unit))._extend(deadline, reason)

    # ------------------------------------------------------------------ customers

    def swap(self, old, new, reason, condition, shop):
        """The old one goes to repair."""
        back = {"condition": condition, "shop": self._ref(f"shop_{shop}"), "to_repair": True}
        self._units(old)._swap(self._units(new), fields.Datetime.now(), reason, **back)

    def take_back(self, unit, kind, reason, condition, shop):
        back = {"condition": condition, "shop": self._ref(f"shop_{shop}")}
        self._units(unit)._take_back(kind, fields.Datetime.now(), reason, **back)

    def lose(self, unit, reason):
        self._units(unit)._lose(fields.Datetime.now(), reason)

    # ------------------------------------------------------------------ switching

    def mark(self, units, reason):
        vals = {"erp_sync": "do_not", "reason": reason, "unit_ids": [Command.set(self._units(*units).ids)]}
        self._as("supervisor", self.env["payg.erp.sync.wizard"]).create(vals).action_mark()

    def switch(self, unit, wanted, reason, outcome):
        """Switch a unit. What SMART Solar made of it is told: there is nobody to ask while demo data are loaded."""
        self._as("supervisor", self._units(unit))._want(wanted, "person", reason)
        self._end(self._queued(), outcome)

    def try_rule(self, unit):
        """A manager turned the feature on when customers' units and this one had been read, ran it, and turned it off.

        What its worker does but for commits, which loading data must not make.
        """
        now, units = fields.Datetime.now(), self.env["payg.control.unit"]
        for read, life_state in (
            (self._units(unit), ACTIVATED),
            (units.search([("holding_id", "!=", False)]), LIFE_MONITORED),
        ):
            read.write({"life_state": life_state, "reported_state": "enabled", "reported_at": now})
        config = self.env["payg.crm.config"]._of(self.env.ref("base.main_company"))
        config.disable_by_default = True
        run = self.env["payg.disable.run"]._request(config, "person", self._ref("user_manager"))
        self.env.flush_all()
        doomed = units.browse(run._count(now))
        doomed._want("disabled", "rule", self.env._("Disable not assigned CUs"), run.user_id, run=run)
        gone = {"processed_count": len(doomed), "disabled_count": len(doomed), "command_count": len(run.command_ids)}
        done = {"requested_at": now, "started_at": now, "finished_at": fields.Datetime.add(now, seconds=2)}
        run.write({"state": "done", **done, **gone})
        config.disable_by_default = False

    def report(self, unit, state):
        """A reading tells that somebody else switched a unit."""
        self._units(unit).write({"reported_state": state, "reported_at": fields.Datetime.now()})

    def settle(self):
        """What was wanted in the past has happened."""
        self._end(self._queued(), "confirmed")

    def _queued(self):
        return self.env["smart.solar.command"].search([("state", "=", "queued")])

    def _end(self, commands, outcome):
        now, failed = fields.Datetime.now(), outcome == "rejected"
        commands.write(
            {
                "state": outcome,
                "sent_at": now,
                "attempts": 12 if failed else 1,
                "accepted_at": False if failed else now,
                "ended_at": False if outcome == "accepted" else now,
                "failure_type": "exhausted" if failed else False,
            }
        )
        units = commands.unit_id
        units.write({"command_state": LEFT_ON_UNIT.get(outcome), "command_since": now})
        if outcome == "confirmed":
            for wanted, changed in units.grouped("wanted").items():
                changed.write({"reported_state": wanted, "reported_at": now})

    # ------------------------------------------------------------------ credit

    def open_account(self, account, rate, customer=None):
        vals = {"partner_id": self._customer(customer or account).id, "daily_rate": rate}
        accounts = self._as("shop_manager", self.env["payg.account"])
        self.accounts[account] = accounts.create({**vals, "company_id": self.env.ref("base.main_company").id})
        self.accounts[account].opened_at = fields.Datetime.now()

    def begin(self, unit):
        """The unit is with its customer: what was paid for it runs since then."""
        account, unit = self.accounts.get(unit), self._units(unit)
        account.unit_id = unit
        account.action_begin()

    def pay(self, amounts):
        """Customers pay on the same day.

        :param list amounts: of account and amount
        """
        vals_list = []
        for key, amount in amounts:
            account = self.accounts[key]
            partner = account.partner_id
            paid = self._prepare_payment_vals(amount, partner, partner.phone.replace(" ", ""))
            vals_list.append({**paid, "cu_account_id": account.id})
        return self._pay(vals_list)

    def pay_and_cancel(self, account, amount):
        payment = self.pay([(account, amount)])
        payment.action_draft()
        payment.action_cancel()

    def pay_unmatched(self, customer, phone, amount, memo):
        self._pay([{**self._prepare_payment_vals(amount, self._customer(customer), phone), "memo": memo}])

    def _pay(self, vals_list):
        payments = self._as("operator", self.env["account.payment"]).create(vals_list)
        payments.action_post()
        return payments

    def _prepare_payment_vals(self, amount, partner, phone):
        """Money that arrives, with the operator's number of it."""
        self.paid += 1
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "journal_id": self._ref("journal_mobile_money").id,
            "partner_id": partner.id,
            "amount": amount,
            "date": fields.Datetime.now().date(),
            "cu_transaction_number": f"TK{7919 * (self.paid + 31337):08X}",
            "cu_sender_phone": phone,
        }

    def give(self, account, days, reason):
        """A bonus."""
        self._as("supervisor", self.accounts[account])._add_by_hand("bonus", days * DAY, reason)
