"""The call center: what operators answer, and what supervisors decide."""


def home(screen):
    screen.open("control-units-home", 1080)
    screen.see(".o_payg_tile")
    screen.wait_for("!document.querySelector('.o_payg_tile .fa-spin')")
    screen.take("home")


def supervise(screen):
    """What a supervisor looks at in the morning."""
    screen.open("control-units-mismatches", 960)
    screen.unfold()
    screen.take("mismatches")
    screen.open("control-units-overdue", 520)
    screen.take("overdue-custody")
    screen.open("smart-solar-commands", 640)
    screen.take("commands")
    screen.open(f"control-units/{screen.unit(53)}", 860)
    screen.take("unit-switching-failed")
    screen.open("control-units-sync-log", 480)
    screen.take("erp-sync-log")


def answer(screen):
    """A customer calls: should there be light, and why is there none?"""
    customer = screen.partner("Winnie Moraa")
    screen.open(f"res.partner/{customer}", 860)
    screen.see(".o_field_widget[name=cu_pulse_credit_text]")
    screen.open_page("control_units")
    screen.take("customer")
    screen.open(f"control-units/{screen.unit(52)}", 900)
    screen.take("unit-dcm")
    screen.open("control-units", 800)
    screen.click(".o_switch_view.o_kanban")
    screen.see(".o_kanban_record")
    screen.take("units-kanban")


def money(screen):
    """Accounts, what was paid for them, and payments whose account nobody knows yet."""
    screen.open("payg-accounts", 720)
    screen.take("accounts")
    account = screen.open_record("payg-accounts", "payg.account", [["partner_id.name", "=", "Amina Odhiambo"]], 960)
    screen.take("account")
    screen.click("button[name=action_credit_over_time]")
    screen.see(".o_graph_renderer canvas")
    screen.resize(560)
    screen.take("credit-over-time")
    screen.open_report("payg_account_statement", account)
    screen.take("statement")
    screen.open("unmatched-payments", 640)
    screen.take("unmatched-payments")
    screen.click(".o_data_row:nth-child(2) button[name=action_cu_match]")
    screen.see(".modal .o_field_widget[name=account_id]")
    screen.take("match")
    screen.open("on-time-transactions", 720)
    screen.take("on-time-transactions")


def decide(screen):
    """What only a supervisor may."""
    overdue = [["unit_id", "=", screen.unit(34)], ["state", "=", "open"]]
    assignment = screen.open_record("control-units-assignments", "payg.assignment", overdue, 640)
    screen.take_wizard(
        "extend-deadline", "payg_extend_wizard", assignment_ids=[assignment], reason="The road is flooded"
    )
    screen.open(f"control-units/{screen.unit(1)}", 720)
    screen.click("button[name=action_switch_off]")
    screen.see(".modal .o_field_widget[name=wanted]")
    screen.take("switch")
    customer = [["partner_id.name", "=", "Eunice Chebet"]]
    account = screen.open_record("payg-accounts", "payg.account", customer, 720)
    screen.ask("payg_hand_wizard", account_ids=[account], days=2, reason="No light while the unit was broken")
    screen.take("on-time-by-hand")
    screen.open("crm-config", 640)
    screen.open_page("payment")
    screen.take("crm-config-payment")
