"""Vocabularies that several models share, and how SMART Solar's words map to ours."""

from datetime import timedelta

# What SMART Solar reports of a unit's enable status (``current_enable_state``).
ENABLE_STATES = [
    ("init", "Init"),
    ("enabled", "Enabled"),
    ("disabled", "Disabled"),
    ("pending_enabled", "Pending enabled"),
    ("pending_disabled", "Pending disabled"),
]
# States in which the unit gives light, or will as soon as it connects.
ON_STATES = ("enabled", "pending_enabled")

# SMART Solar's life-cycle states (``current_state_type``), keyed by their number as text.
LIFE_STATES = [
    ("1", "Non-existent"),
    ("2", "Stored"),
    ("3", "Shipped"),
    ("4", "Activating"),
    ("5", "Activated"),
    ("6", "Monitored"),
    ("7", "Unmonitored"),
    ("8", "In repair"),
    ("9", "Terminated"),
]
LIFE_MONITORED = "6"
LIFE_IN_REPAIR = "8"
LIFE_RETIRED = ("1", "9")

# What Pulse can want of a unit; empty means that nothing is wanted yet, and nothing is sent.
WANTED = [("enabled", "Enabled"), ("disabled", "Disabled")]
ORIGINS = [("rule", "Rule"), ("person", "Person"), ("credit", "Credit")]

ERP_SYNC = [("do", "DO"), ("do_not", "DO NOT")]

# Where a unit is, by the kind of stock location in which its serial lies.
PLACES = [
    ("shop", "Shop"),
    ("technician", "Technician"),
    ("customer", "Customer"),
    ("repair", "Repair"),
    ("transit", "On the way"),
    ("supplier", "Supplier"),
    ("lost", "Lost or scrapped"),
    ("elsewhere", "Elsewhere"),
]
# Where units are with someone though they count as our stock: no reservation takes them unasked.
PLACES_OF_SOMEONE = ("technician", "repair")

# What happened to a unit's custody: the steps of people, and what plain transfers of stock amount to.
STEPS = [
    ("received", "Received"),
    ("assigned", "Assigned"),
    ("extended", "Extended"),
    ("reassigned", "Reassigned"),
    ("installed", "Installed"),
    ("failed", "Installation failed"),
    ("cancelled", "Assignment cancelled"),
    ("swapped", "Swapped out"),
    ("returned", "Returned"),
    ("repossessed", "Repossessed"),
    ("repair", "Sent to repair"),
    ("lost", "Lost"),
    ("corrected", "Serial number corrected"),
    ("imported", "Imported"),
    ("moved", "Moved"),
    ("undone", "Transfer put right"),
]
ASSIGNMENT_KINDS = [("installation", "Installation"), ("swap", "Swap")]
# What becomes of an installation that was sold, on the lead or opportunity.
INSTALLATION_STATUSES = [
    ("book", "Book installation"),
    ("booked", "Installation booked"),
    ("installed", "Installed"),
]
FAIL_REASONS = [
    ("not_home", "Customer not at home"),
    ("no_longer", "Customer no longer wishes to buy"),
    ("different_unit", "Different unit"),
    ("other", "Other"),
]
CONDITIONS = [("good", "Good"), ("damaged", "Damaged"), ("defective", "Defective"), ("incomplete", "Incomplete")]
# An installation recorded with the wrong serial number can be corrected for that long (weeks).
CORRECTION_WEEKS = 24

# Why a unit is kept, or switched off: the first that matches, in this order.
VERDICTS = [
    ("feature_off", "Feature off"),
    ("not_controlled", "Not controlled"),
    ("not_synced", "Not synced by ERP"),
    ("not_read", "Not read yet"),
    ("retired", "Retired"),
    ("with_customer", "With customer"),
    ("in_repair", "In repair"),
    ("with_technician", "With technician"),
    ("already_off", "Already off"),
    ("switching_off", "Switching off"),
    ("disable", "Disable"),
]
# Verdicts under which a switch-off that the rule asked for may still be sent.
VERDICTS_OFF = ("switching_off", "disable")

COMMAND_KINDS = [
    ("enable", "Enable"),
    ("disable", "Disable"),
    ("force_connection", "Force connection"),
    ("payment", "Payment"),
    ("bad_payment", "Bad payment"),
    ("zero", "Zero command"),
    ("force_reset", "Force reset"),
]
# Commands about the credit that a DCM unit holds, of which the unit's own order is kept.
CREDIT_KINDS = ("payment", "bad_payment", "zero", "force_reset")
# Those that add or remove seconds.
VALUE_KINDS = ("payment", "bad_payment")
# A wish to switch a unit becomes one of these; a DCM unit is switched off by taking all its credit.
SWITCHING_KINDS = ("enable", "disable", "zero")
COMMAND_STATES = [
    ("queued", "Queued"),
    ("sending", "Sending"),
    ("retry", "Waiting to retry"),
    ("accepted", "Accepted"),
    ("confirmed", "Confirmed"),
    ("rejected", "Rejected"),
    ("superseded", "Superseded"),
]
# A live command may still reach SMART Solar; a unit has at most one live switching command.
LIVE_STATES = ("queued", "sending", "retry")
# Credit commands in these may still change what the unit holds.
UNACKNOWLEDGED_STATES = (*LIVE_STATES, "accepted")
# SMART Solar's words for what became of a credit command. Any other one: the unit has not told yet.
ACKNOWLEDGED, VOID = "acknowledged", "void"

# The switching command of a unit's current wish, as its own row knows it.
UNIT_COMMAND_STATES = [
    ("live", "Being sent"),
    ("accepted", "Accepted, waiting for the unit"),
    ("failed", "Failed"),
]

# The credit of a DCM unit is read when its account comes so close to its expiry, once for each expiry.
SYNC_BEFORE_EXPIRY = timedelta(days=2)
# Whoever may have the credit of units read at once.
SYNC_GROUPS = tuple(f"payg_control_unit.payg_control_unit_group_{role}" for role in ("shop_manager", "operator"))

PRIORITY_PERSON = 0
PRIORITY_MASS = 10

# A PAYG account: opened before its unit is installed, running, or closed for good.
ACCOUNT_STATES = [("waiting", "Waiting for installation"), ("running", "Running"), ("closed", "Closed")]
# How its customer stands: late has run out no longer ago than the grace time, expired longer.
ACCOUNT_STATUSES = [
    ("waiting", "Waiting for installation"),
    ("normal", "Normal"),
    ("late", "Late"),
    ("expired", "Expired"),
    ("closed", "Closed"),
]
ONTIME_KINDS = [
    ("payment", "Payment"),
    ("refund", "Refund"),
    ("reversal", "Reversal"),
    ("bonus", "Bonus"),
    ("correction", "Correction"),
    ("alignment", "Alignment"),
    ("opening", "Opening balance"),
    ("begin", "Installation"),
    ("pause", "Unit returned"),
]
# What a payment makes: at most one of these that is not reversed.
PAYMENT_KINDS = ("payment", "refund")
# What people give by hand, and may take away again.
HAND_KINDS = ("bonus", "correction")
# States of a payment in which it counts.
COUNTED_STATES = ("in_process", "paid")

# Whoever has one of these roles may see the control unit fields of lots, contacts and leads.
ROLE_GROUPS = ",".join(
    f"payg_control_unit.payg_control_unit_group_{role}" for role in ("technician", "shop_manager", "operator")
)
# Who may see accounts and payments: the roles but the technician, and the people of accounting.
CREDIT_GROUPS = ",".join(f"payg_control_unit.payg_control_unit_group_{role}" for role in ("shop_manager", "operator"))
PAYMENT_GROUPS = ",".join((CREDIT_GROUPS, "account.group_account_readonly", "account.group_account_invoice"))

# What disagrees between custody, the stock, the rule and SMART Solar.
MISMATCHES = [
    ("on_without_customer", "On without a customer"),
    ("past_deadline", "In a van past its deadline"),
    ("switched_on_by_other", "Switched on by someone else"),
    ("not_monitored", "With a customer, not monitored"),
    ("monitored_alone", "Monitored without a customer"),
    ("other_unit", "Another unit installed than assigned"),
    ("customer_unknown", "At a customer's, nobody knows whose"),
    ("unusable", "In use, but in repair or retired"),
    ("several_places", "In several places of stock"),
    ("unlike_stock", "Elsewhere than the stock says"),
]
# What needs a day to come right by itself is no mismatch before (hours).
MISMATCH_HOURS = 24
# For how long another unit than the assigned one is worth a look (weeks).
OTHER_UNIT_WEEKS = 4
