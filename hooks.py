"""What Odoo's own uninstalling would leave behind."""

from functools import partial

from odoo.fields import Command
from odoo.tools import SQL

MODULE = "payg_control_unit"
# CRM's menus that views/payg_control_unit_menus.xml keeps to those who saw them before our roles came in.
KEPT_MENUS = {
    "crm.menu_crm_opportunities": "sales_team.group_sale_salesman",
    "crm.sales_team_menu_team_pipeline": "sales_team.group_sale_salesman",
    "crm.crm_team_config": "sales_team.group_sale_manager",
    "crm.crm_team_menu_config_activities": "sales_team.group_sale_manager",
}


def uninstall_hook(env):
    """Give CRM its menus back, and remove what people and other addons made for our models."""
    _give_back_menus(env)
    models = env["ir.model"].search([("model", "in", _own_models(env))])
    env["ir.filters"].with_context(active_test=False).search([("model_id", "in", models.mapped("model"))]).unlink()
    env["ir.exports"].search([("resource", "in", models.mapped("model"))]).unlink()
    _forget_external_ids(env, models)
    env.cr.postcommit.add(partial(_forget_constraints, env.registry))


def _own_models(env):
    data = env["ir.model.data"].search([("module", "=", MODULE), ("model", "=", "ir.model")])
    owned_too = env["ir.model.data"].search(
        [("module", "!=", MODULE), ("model", "=", "ir.model"), ("res_id", "in", data.mapped("res_id"))]
    )
    ids = set(data.mapped("res_id")) - set(owned_too.mapped("res_id"))
    return env["ir.model"].browse(ids).mapped("model")


def _give_back_menus(env):
    for menu, group in KEPT_MENUS.items():
        if found := env.ref(menu, raise_if_not_found=False):
            found.group_ids = [Command.unlink(env.ref(group).id)]


def _forget_external_ids(env, models):
    """Remove the names that other addons gave to what they add to our models: it goes, and its names would stay."""
    # SQL: two of Odoo's own tables of reflection, which have no other way in.
    env.cr.execute(
        SQL(
            """DELETE FROM ir_model_data d
                WHERE (d.model = 'ir.model.inherit'
                       AND d.res_id IN (SELECT id FROM ir_model_inherit WHERE model_id = ANY(%(models)s)))
                   OR (d.model = 'ir.model.fields.selection'
                       AND d.res_id IN (SELECT s.id FROM ir_model_fields_selection s
                                          JOIN ir_model_fields f ON f.id = s.field_id
                                         WHERE f.model_id = ANY(%(models)s)))""",
            models=models.ids,
        )
    )
    env["ir.model.data"].invalidate_model()


def _forget_constraints(registry):
    """Remove the records of our foreign keys on others' tables, which Odoo writes anew while it drops the columns."""
    with registry.cursor() as cr:
        cr.execute(
            """DELETE FROM ir_model_constraint c USING ir_module_module m
                WHERE m.id = c.module AND m.name = %s AND m.state = 'uninstalled'
                  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = c.name)""",
            [MODULE],
        )
