"""What the demo's customers paid: rows of days ago, verb of the Teller, and what it is told."""

# The account of each customer: daily rate, and its payments: days ago, amount. The first one is the down-payment.
ACCOUNTS = {
    1: (0.5, [(381, 15), (352, 15), (321, 20), (270, 15), (241, 15), (205, 30), (148, 15), (117, 20), (75, 15),
              (44, 15), (13, 20)]),
    2: (0.5, [(381, 195.2)]),
    3: (0.5, [(381, 95), (191, 80), (38, 35)]),
    4: (0.5, [(381, 200)]),
    5: (0.5, [(211, 110)]),
    6: (0.5, [(211, 80), (52, 24)]),
    7: (0.5, [(211, 120)]),
    9: (0.5, [(96, 45)]),
    10: (0.5, [(96, 35)]),
    13: (0.5, [(34, 15.5)]),
    14: (0.5, [(34, 10)]),
    15: (0.6, [(34, 24.3)]),
    16: (0.6, [(34, 21), (5, 9)]),
    17: (0.5, [(56, 10), (31, 15)]),
    19: (0.5, [(53, 21)]),
    20: (0.5, [(49, 30)]),
    23: (0.6, [(42, 18), (9, 9)]),
    24: (0.5, [(40, 20), (5, 5)]),
    28: (0.5, [(29, 12)]),
    29: (0.6, [(27, 15), (5, 6)]),
    31: (0.5, [(21, 15)]),
    34: (0.6, [(13, 24)]),
    36: (0.5, [(6, 10)]),
    40: (0.5, [(5, 10)]),
}  # fmt: skip
# Units that were with their customers before they were control units, by the day on which their accounts began.
BEGAN = {379: (1, 2, 3, 4), 209: (5, 6, 7), 94: (9, 10), 32: (13, 14, 15, 16)}
# Sent to nobody known, or by a customer with two accounts: days ago, customer, phone, amount, memo.
UNMATCHED = [
    (3.4, None, "+254711222333", 3, "light"),
    (2.1, None, "+254722903115", 5, "For Mama Amina"),
    (0.9, 2, "+254700000002", 2.5, None),
    (0.2, None, "+254700000027", 4, "BB17SMART-15156"),
]
EVENTS = [
    # For a second unit, beside the account that runs.
    (1, "open_account", "second", 0.5, 2),
    (1, "pay", [("second", 5)]),
    (40, "pay_and_cancel", 3, 7),
    (11, "give", 5, 3, "No light while the unit was broken"),
]


def credit_events():
    """Every row."""
    paid = {}
    for account, (rate, payments) in ACCOUNTS.items():
        yield payments[0][0], "open_account", account, rate
        for days_ago, amount in payments:
            paid.setdefault(days_ago, []).append((account, amount))
    yield from ((days_ago, "pay", amounts) for days_ago, amounts in paid.items())
    yield from ((days_ago, "begin", unit) for days_ago, units in BEGAN.items() for unit in units)
    yield from ((days_ago, "pay_unmatched", *told) for days_ago, *told in UNMATCHED)
    yield from EVENTS
