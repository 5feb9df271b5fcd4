"""A company works with the addon for a day. Its text runs in Odoo's shell; nothing is committed elsewhere."""

import json

UNITS = 30


def live(env):
    """Use everything that leaves a trace, and print what there is in the end."""
    config = env["payg.crm.config"]._of(env.company)
    config.write({"disable_by_default": True, "days_with_technician": 6, "brake_share": 100})
    technician = _give_out(env, _fleet(env))
    _leave_traces(env, config)
    env["payg.disable.run"]._request(config, "person", user=env.user)
    env.cr.commit()
    env.ref("payg_control_unit.ir_cron_work_runs").method_direct_trigger()
    env.cr.commit()
    print("lived", json.dumps({**_counts(env), "van": technician.cu_van_ids.id}))


def _fleet(env):
    shop = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1).lot_stock_id
    product = env["product.product"].create(
        {"name": "Control unit", "is_storable": True, "tracking": "serial", "cu_is_control_unit": True}
    )
    lots = env["stock.lot"].create(
        [{"name": f"BB17-{n:03}", "product_id": product.id, "cu_imei": f"{861000000000000 + n}"} for n in range(UNITS)]
    )
    stored = {"product_id": product.id, "location_id": shop.id, "quantity": 1}
    env["stock.quant"].create([{**stored, "lot_id": lot.id} for lot in lots])
    units = lots.cu_unit_ids
    units.write({"life_state": "5", "reported_state": "enabled", "place": "shop", "place_id": shop.id})
    return units


def _give_out(env, units):
    people = [{"name": "Tariq", "cu_is_technician": True}, {"name": "Clara"}]
    technician, customer = env["res.partner"].create(people)
    with_whom = {"technician_id": technician.id, "customer_id": customer.id}
    env["payg.assignment"].create([{"unit_id": unit.id, **with_whom} for unit in units[:3]])
    units[3]._open_holding(customer)
    return technician


def _leave_traces(env, config):
    """What people and other addons attach to our records."""
    config.message_post(body="Agreed with the shops.")
    connection = {"base_url": "https://cloud.example.com/v1", "username": "erp", "password": "secret"}
    client = env["smart.solar.client"].create({"company_id": env.company.id, **connection})
    client._mark_stopped("The login was refused.")
    role = env.ref("payg_control_unit.payg_control_unit_group_supervisor")
    env["res.users"].create({"name": "Susan", "login": "susan", "group_ids": [(4, role.id)]})
    env["ir.filters"].create({"name": "Mine", "model_id": "payg.control.unit", "domain": "[]", "user_ids": []})
    env["ir.exports"].create({"name": "All units", "resource": "payg.control.unit"})
    attached = {"res_model": "payg.crm.config", "res_id": config.id}
    env["ir.attachment"].create({"name": "contract.txt", "raw": b"x", **attached})


def _counts(env):
    own = [("company_id", "=", env.company.id)]
    models = ("payg.control.unit", "smart.solar.command", "payg.assignment", "payg.holding")
    return {
        **{model: env[model].search_count(own) for model in models},
        "run": env["payg.disable.run"].search(own, limit=1).state,
        "activities": env["mail.activity"].search_count([("res_model", "=", "smart.solar.client")]),
        "triggers": env["ir.cron.trigger"].search_count([]),
    }
