"""The rule once more, so that two independent readings of the design are compared."""


def oracle(row, feature, now):
    """The rule once more, in plain Python, from the table in the design; it shares no line with the SQL."""
    states = {"1": "gone", "9": "gone", "8": "repair"}
    life = states.get(row["life_state"], "alive") if row["life_state"] else "unknown"
    reasons = [
        ("feature_off", not feature),
        ("not_controlled", not row["imei"] or not row["controlled"] or bool(row["unknown_since"])),
        ("not_synced", row["erp_sync"] == "do_not"),
        ("not_read", life == "unknown"),
        ("retired", life == "gone"),
        ("with_customer", row["held"]),
        ("in_repair", life == "repair"),
        ("with_technician", row["assigned"] and row["kept_until"] is not None and now < row["kept_until"]),
        ("already_off", is_off(row, now)),
        ("switching_off", row["wanted"] == "disabled" and row["command_state"] in ("live", "accepted")),
    ]
    return next((verdict for verdict, matches in reasons if matches), "disable")


def is_off(row, now):
    """SCM: wanted and reported disabled. DCM: reported disabled, or nothing left and nothing on its way."""
    if not row["dcm"]:
        return row["wanted"] == "disabled" and row["reported_state"] == "disabled"
    ran_out = row["unit_credit_until"] is not None and not now < row["unit_credit_until"]
    return row["reported_state"] == "disabled" or (ran_out and not (row["credit_pending_seconds"] or 0) > 0)
