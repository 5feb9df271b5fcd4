"""Plain transfers of serials, each a request of its own, made as people make them in Inventory; and days of steps."""

from collections import Counter
from itertools import pairwise

from odoo import api, fields

from .clock import Clock
from .fleet import bench_company, bench_shop

WARM = 5  # to begin with: they fill the caches of a fresh process
TURN = 10  # serials of each side, before it is the other's turn: what the machine does meanwhile, it does to both
_FREE = """
    SELECT lot_id FROM payg_control_unit
     WHERE company_id = %s AND place = 'shop' AND life_state NOT IN ('8', '9') AND NOT dcm
  ORDER BY hashint4(id) LIMIT %s"""
_PRODUCTS = "SELECT array_agg(id) FROM product_template WHERE cu_is_control_unit"
_TICK = "UPDATE product_template SET cu_is_control_unit = %s WHERE id = ANY(%s)"
_STEPS = """
    SELECT step.kind, count(*) FROM payg_custody_step step JOIN payg_control_unit unit ON unit.id = step.unit_id
     WHERE unit.lot_id = ANY(%s) GROUP BY step.kind"""


def plain(env, number):
    """Shelve, deliver and take back a third of the serials each, one by one; with custody and without by turns.

    Without: the product is unticked, so that the same serials in the same tables are followed by nobody.
    """
    company, shop = bench_company(env), bench_shop(env)
    vals = {"name": "Shelf", "location_id": shop.lot_stock_id.id, "company_id": company.id}
    shelf = env["stock.location"].create(vals)
    customers = env["res.partner"].search([("name", "=like", "Customer %")], limit=number, order="id").ids
    outside = env.ref("stock.stock_location_customers")
    routes = (
        (shop.int_type_id.id, shop.lot_stock_id.id, shelf.id),
        (shop.out_type_id.id, shelf.id, outside.id),
        (shop.in_type_id.id, outside.id, shop.lot_stock_id.id),
    )
    lots = _free_lots(env, company, 2 * (number // 3 + WARM))
    sides = {"ours": (True, lots[::2]), "plain": (False, lots[1::2])}
    works = {side: _Work(env, company) for side in sides}
    [[products]] = _rows(env, _PRODUCTS)
    for begin, end in pairwise([0, WARM, *range(WARM + TURN, number // 3 + WARM, TURN), number // 3 + WARM]):
        for side, (hooks, own) in sides.items():
            env.cr.execute(_TICK, [hooks, products])
            env.cr.commit()
            work = _Work(env, company) if end == WARM else works[side]
            with work:
                for position, lot in enumerate(own[begin:end], begin):
                    customer = customers[position % len(customers)]
                    for picking_type, source, dest in routes:
                        work.do(_transfer, lot, picking_type, source, dest, customer)
    return {side: {**works[side].found, "steps": dict(_rows(env, _STEPS, own))} for side, (_, own) in sides.items()}


def _free_lots(env, company, number):
    lots = [lot for (lot,) in _rows(env, _FREE, company.id, number)]
    if len(lots) < number:
        raise RuntimeError(f"only {len(lots)} units are free")
    return lots


def _rows(env, query, *parameters):
    env.cr.execute(query, parameters)
    return env.cr.fetchall()


class _Work:
    """Counts what requests take, each with a transaction and an environment of its own."""

    def __init__(self, env, company):
        self.env, self.company, self.found = env, company, Counter()

    def __enter__(self):
        self.clock = Clock(self.env)
        return self

    def __exit__(self, *error):
        self.found.update(self.clock.read())

    def do(self, function, *args):
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, self.env.uid, {"allowed_company_ids": [self.company.id]})
            found = function(env, *args)
            env.flush_all()
            self.found.update(queries=cr.sql_log_count, number=1)
            return found


def _transfer(env, lot, picking_type, source, dest, partner):
    """What a person does who scans: a transfer with its serial, validated. Nothing is searched for or reserved."""
    product = env["stock.lot"].browse(lot).product_id
    place = {"location_id": source, "location_dest_id": dest, "product_id": product.id}
    line = {**place, "product_uom_id": product.uom_id.id, "lot_id": lot, "quantity": 1, "picked": True}
    move = {**place, "product_uom_qty": 1, "move_line_ids": [(0, 0, line)]}
    picking = env["stock.picking"].create(
        {
            "location_id": source,
            "location_dest_id": dest,
            "picking_type_id": picking_type,
            "partner_id": partner,
            "move_ids": [(0, 0, move)],
        }
    )
    picking.action_confirm()
    if picking.with_context(skip_sms=True).button_validate() is not True or picking.state != "done":
        raise RuntimeError("a transfer was not done")


# ---------------------------------------------------------------------- a day of steps


def day(env, number):
    """Assign stock and record its installation, one unit after the other; or only the transfers that they make."""
    company, shop = bench_company(env), bench_shop(env)
    lots = _free_lots(env, company, 2 * (number + WARM))
    technician = env["res.partner"].search([("cu_is_technician", "=", True), ("cu_van_ids", "!=", False)], limit=1)
    customers = env["res.partner"].search([("name", "=like", "Customer %")], limit=500, order="id").ids
    van = shop._cu_van(technician).id
    env.cr.commit()
    [[products]] = _rows(env, _PRODUCTS)
    halves = lots[: number + WARM], lots[number + WARM :]
    steps, moves = _Work(env, company), _Work(env, company)
    for position, lot in enumerate(halves[0]):
        with steps if position >= WARM else _Work(env, company) as work:
            work.do(_assign, lot, technician.id, customers[position % len(customers)])
            work.do(_install, lot)
    env.cr.execute(_TICK, [False, products])
    env.cr.commit()
    stock, outside = shop.lot_stock_id.id, env.ref("stock.stock_location_customers").id
    for position, lot in enumerate(halves[1]):
        with moves if position >= WARM else _Work(env, company) as work:
            work.do(_transfer, lot, shop.int_type_id.id, stock, van, technician.id)
            work.do(_transfer, lot, shop.out_type_id.id, van, outside, customers[position % len(customers)])
    return {"ours": steps.found, "plain": moves.found}


def _unit(env, lot):
    return env["payg.control.unit"].search([("lot_id", "=", lot)])


def _assign(env, lot, technician, customer):
    vals = {"unit_id": _unit(env, lot).id, "technician_id": technician, "customer_id": customer}
    env["payg.assignment"].create(vals)


def _install(env, lot):
    _unit(env, lot).assignment_id._record_installation(fields.Datetime.now())
