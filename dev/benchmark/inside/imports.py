"""The fleet that exists already, imported as the import dialog does it: batch after batch of one file."""

from .clock import Clock
from .fleet import bench_company
from .weekly import peak_mb

BATCH = 2_000  # rows, what the dialog proposes
COLUMNS = ("name", "product_id/.id", "cu_imei", "cu_customer_id/.id", "cu_since", "cu_technician_id/.id")
_CUSTOMERS = """
    INSERT INTO res_partner (name, complete_name, active, type, autopost_bills, create_uid, write_uid, create_date,
                             write_date)
    SELECT 'Imported ' || i, 'Imported ' || i, TRUE, 'contact', 'ask', 1, 1, now(), now()
      FROM generate_series(1, %s) i
    RETURNING id"""


def load(env, rows, again=False):
    """Import a file: of ten units eight are with a customer of their own, one with a technician, one in the shop.

    :param bool again: then import the same file once more, and measure that
    """
    company = bench_company(env)
    env = env(context={**env.context, "allowed_company_ids": [company.id], "tracking_disable": True})
    file = _file(env, rows)
    env.cr.commit()
    if again:
        _load(env, COLUMNS, file)
    before = peak_mb()
    found = _load(env, COLUMNS, file)
    return {**found, "peak_mb": peak_mb() - before, "placed": _placed(env, company)}


def plain(env, rows):
    """The plainest way: Odoo's import of the serials, then Odoo's import of the same stock, its counts applied."""
    company = bench_company(env)
    env = env(context={**env.context, "allowed_company_ids": [company.id], "tracking_disable": True})
    env.cr.execute("UPDATE product_template SET cu_is_control_unit = FALSE WHERE cu_is_control_unit")
    file = _file(env, rows)
    shop = env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1).lot_stock_id.id
    env.cr.commit()
    lots = _load(env, COLUMNS[:2], [row[:2] for row in file])
    env.cr.execute("SELECT id FROM stock_lot WHERE name LIKE 'IMP-%%' ORDER BY id")
    stock = [[file[0][1], str(shop), str(lot), "1"] for (lot,) in env.cr.fetchall()]
    columns = ("product_id/.id", "location_id/.id", "lot_id/.id", "inventory_quantity")
    quants = _load(env, columns, stock, "stock.quant", lambda found: found.action_apply_inventory())
    return {key: lots[key] + quants[key] for key in lots}


def _file(env, rows):
    env.cr.execute(_CUSTOMERS, [rows])
    customers = [customer for (customer,) in env.cr.fetchall()]
    technicians = env["res.partner"].search([("cu_van_ids.company_id", "=", env.company.id)]).ids
    product = env["product.product"].search([("name", "=", "Control unit")], limit=1, order="id desc").id
    since = "2025-02-03 08:00:00"
    return [
        [
            f"IMP-{number:08d}",
            str(product),
            f"99{number:013d}",
            str(customers[number]) if number % 10 < 8 else "",
            since if number % 10 < 9 else "",
            str(technicians[number % len(technicians)]) if number % 10 == 8 else "",
        ]
        for number in range(rows)
    ]


def _load(env, columns, file, model="stock.lot", then=None):
    clock, queries = Clock(env), env.cr.sql_log_count
    model = env[model].with_context(import_file=True)
    for start in range(0, len(file), BATCH):
        result = model.load(list(columns), [list(row) for row in file[start : start + BATCH]])
        if result["messages"]:
            raise RuntimeError(f"not imported: {result['messages'][:3]}")
        if then:
            then(model.browse(result["ids"]))
        env.cr.commit()
        env.invalidate_all()
    return {**clock.read(), "queries": env.cr.sql_log_count - queries}


def _placed(env, company):
    query = "SELECT place, count(*) FROM payg_control_unit WHERE company_id = %s AND name LIKE 'IMP-%%' GROUP BY place"
    env.cr.execute(query, [company.id])
    return dict(env.cr.fetchall())
