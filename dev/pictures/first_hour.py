"""The first hour: the rule is turned on, previewed and run, and units go off."""

import json

UNIT = "BB17SMART-150117"  # in the shop, and on
ROWS = "[...document.querySelectorAll('.o_data_row .o_list_record_selector input')]"


def begin(screen):
    screen.open("control-units-setup", 1180)
    screen.see(".o_payg_step")
    screen.take("getting-started")


def turn_on(screen):
    screen.open("crm-config", 720)
    screen.click(".o_field_widget[name=disable_by_default] input")
    screen.see(".alert[name=turning_on]")
    screen.take("crm-config")
    screen.click(".o_form_button_save")
    screen.see(".o_field_widget[name=enabled_at]")


def run_the_rule(screen):
    """It is previewed and run; what is with nobody goes off."""
    preview(screen)
    run_cron(screen)
    unit = watch(screen)
    see_it_off(screen, unit)
    mark(screen)


def preview(screen):
    screen.open("control-units-preview", 900)
    screen.unfold(up_to=3)
    screen.take("preview")
    screen.click(".o_switch_view.o_pivot")
    screen.see(".o_pivot table")
    screen.resize(700)
    screen.take("preview-pivot")


def run_cron(screen):
    screen.open("crm-config")
    screen.click("button[name=action_run_cron]")
    screen.click(".modal-footer .btn-primary")
    screen.see(".o_field_widget[name=requested_at]")
    # Not the one of the story, that switched off a single unit.
    run = screen.wait_for_record("payg.disable.run", [["state", "=", "done"], ["command_count", ">", 1]])
    screen.open(f"control-units-runs/{run['id']}", 960)
    screen.take("run")


def watch(screen):
    sent = [["name", "=", UNIT], ["command_state", "=", "accepted"]]
    unit = screen.wait_for_record("payg.control.unit", sent, "imei")
    screen.open_simulator("?imei=15011")  # some that are with customers, and some that are with nobody
    screen.take("simulator")
    screen.open(f"control-units/{unit['id']}", 720)
    screen.take("unit-switching-off")
    screen.open("control-units", 700)
    screen.see(".o_data_row")
    screen.run("document.querySelectorAll('.o_data_row')[13].scrollIntoView()")
    screen.run("document.querySelector('.o_list_renderer').scrollTop -= 42")  # the head of the table stays above
    screen.take("units")
    return unit


def see_it_off(screen, unit):
    screen.simulate(f"units/{unit['imei']}/connect")
    screen.open("smart-solar-connection")
    screen.click(".o_data_row .o_data_cell")
    screen.click("button[name=action_pull_now]")
    screen.wait_for_record("payg.control.unit", [["name", "=", UNIT], ["verdict", "=", "already_off"]])
    screen.open(f"control-units/{unit['id']}", 720)
    screen.take("unit-off")


def mark(screen):
    screen.open("control-units", 640)
    screen.see(".o_data_row")
    screen.run(f"{ROWS}.slice(0, 3).forEach(row => row.click())")
    screen.click(".o_cp_action_menus .dropdown-toggle")
    name = screen.menu_name("payg_erp_sync_wizard_menu")
    entries = "[...document.querySelectorAll('.o-dropdown--menu .o-dropdown-item')]"
    wanted = f"{entries}.find(entry => entry.textContent.trim() === {json.dumps(name)})"
    screen.wait_for(f"!!{wanted}")
    screen.run(f"{wanted}.click()")
    screen.see(".modal .o_field_widget[name=unit_count]")
    screen.click(".modal .o_field_widget[name=erp_sync] .o_radio_item:last-child input")
    screen.take("mark-erp-enable-sync")
    screen.close_dialog()


def test_connection(screen):
    screen.open("smart-solar-connection", 640)
    screen.click(".o_data_row .o_data_cell")
    screen.click("button[name=action_test_connection]")
    screen.see(".o_notification")
    screen.take("connection")


def scheduled_action(screen):
    [job] = screen.find("ir.cron", [["code", "=", "model._cron_disable_not_assigned()"]])
    screen.open(f"action-base.ir_cron_act/{job['id']}", 520)
    screen.see("button[name=action_cu_run_cron]")
    screen.take("scheduled-action")
