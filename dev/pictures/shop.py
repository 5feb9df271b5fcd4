"""The day of a shop: units are handed out, installed, swapped and taken back."""


def hand_out(screen):
    """Assign stock, and see who has what."""
    screen.open("control-units-installations", 560)
    screen.take("installations")
    customer = screen.partner("Robert Ndung'u")
    lead = screen.open_record("control-units-installations", "crm.lead", [["partner_id", "=", customer]], 720)
    screen.take_wizard(
        "assign-stock",
        "payg_assign_wizard",
        unit_ids=[screen.unit(7)],
        technician_id=screen.partner("Juma Mwangi"),
        customer_id=customer,
        lead_id=lead,
    )
    screen.open("control-units-custody", 720)
    screen.see(".o_data_row")
    screen.take("custody")
    screen.open("control-units-assignments", 640)
    screen.take("assignments")


def record(screen):
    """What becomes of an assignment."""
    assigned = [["unit_id", "=", screen.unit(77)], ["state", "=", "open"]]
    assignment = screen.open_record("control-units-assignments", "payg.assignment", assigned, 640)
    screen.take("assignment")
    screen.take_wizard("record-installation", "payg_install_wizard", assignment_id=assignment)
    screen.take_wizard("installation-failed", "payg_fail_wizard", assignment_id=assignment, fail_reason="not_home")
    screen.take_wizard(
        "reassign",
        "payg_reassign_wizard",
        assignment_ids=[assignment],
        technician_id=screen.partner("Juma Mwangi"),
        reason="Said is ill",
    )
    screen.open(f"control-units/{screen.unit(77)}", 900)
    screen.take("unit-with-technician")


def take_back(screen):
    """A customer's unit: it is swapped, comes back, was another one, or is lost."""
    unit = screen.unit(1)
    screen.open(f"control-units/{unit}", 960)
    screen.take("unit-with-customer")
    back = {"condition": "defective", "reason": "Does not charge any more"}
    screen.take_wizard("swap", "payg_swap_wizard", unit_id=unit, destination="repair", **back)
    screen.take_wizard(
        "return", "payg_return_wizard", unit_ids=[unit], condition="good", reason="Moves to another town"
    )
    newest = screen.unit(65)
    screen.open(f"control-units/{newest}", 800)
    screen.take_wizard(
        "correct-serial-number",
        "payg_correct_wizard",
        unit_id=newest,
        real_id=screen.unit(66),
        reason="Two boxes were mixed up",
    )
    screen.take_wizard("lost", "payg_loss_wizard", unit_ids=[newest], reason="Stolen from the roof")
    screen.open("control-units-customer-history", 640)
    screen.take("customer-history")


def my_units(screen):
    """What a technician sees."""
    screen.open("control-units-mine", 480)
    screen.take("my-units")
