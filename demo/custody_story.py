"""What happened to the demo's units: rows of days ago, verb of the Teller, and what it is told.

Units, customers and technicians are numbers, as in their external ids.
"""

NAIROBI, KISUMU, MOMBASA = "nairobi", "kisumu", "mombasa"
SHOP_OF = {1: NAIROBI, 2: KISUMU, 3: KISUMU, 4: MOMBASA}  # by technician

# Installations that were recorded: unit, technician, customer, assigned days ago, recorded after hours. It begins with
# records that come after the five days, and gets better.
RECORDED = [
    (46, 1, 17, 54.8, 104),
    (47, 2, 18, 53.1, 163),
    (48, 3, 19, 51.9, 131),
    (49, 1, 20, 48.2, 96),
    (50, 4, 21, 46.0, 142),
    (51, 2, 22, 45.1, 75),
    (52, 1, 23, 41.3, 118),
    (53, 3, 24, 39.0, 88),
    (54, 4, 25, 37.9, 127),
    (55, 1, 26, 34.2, 70),
    (56, 2, 27, 32.8, 92),
    (57, 1, 28, 27.9, 66),
    (58, 3, 29, 26.1, 48),
    (59, 4, 30, 24.7, 90),
    (60, 1, 31, 20.2, 44),
    (61, 2, 32, 18.9, 52),
    (62, 1, 33, 13.8, 26),
    (63, 3, 34, 12.1, 49),
    (64, 4, 35, 6.9, 20),
    (65, 1, 36, 5.2, 31),
]
RECEIVED = {
    NAIROBI: [*(unit for unit, technician, *_ in RECORDED if technician == 1), 66, 67, 69, 72, 74],
    KISUMU: [*(unit for unit, technician, *_ in RECORDED if technician in (2, 3)), 68, 70, 71, 73, 75],
    MOMBASA: [*(unit for unit, technician, *_ in RECORDED if technician == 4), 76, 77],
}
# Opportunities whose installation was booked: customer, days ago.
BOOKED = [(35, 7.5), (36, 6), (38, 12), (39, 4), (40, 5), (42, 1.2), (43, 0.4)]

EVENTS = [
    # A loss, a cancellation, a failure, another unit than the assigned one.
    (25.4, "assign", 70, 3),
    (15.2, "lose", 70, "Stolen with the motorbike"),
    (22.1, "assign", 76, 4),
    (20.8, "cancel", 76),
    (11.6, "assign", 68, 2, 38),
    (8.4, "fail", 68, "not_home", "Called three times"),
    (17.3, "assign", 66, 1, 37),
    (15.9, "record", 66, 67),
    # Units that come back.
    (13.1, "assign", 69, 1, 5, "swap"),
    (11.9, "swap", 5, 69, "Does not charge any more", "defective", NAIROBI),
    (8.2, "take_back", 7, "returned", "Moves to another town", "good", NAIROBI),
    (6.3, "take_back", 10, "repossessed", "Nothing paid for three weeks", "damaged", KISUMU),
    # What nobody has any more was switched off by hand, once by the rule, that was tried; one has no signal, and has
    # not heard of it.
    (20.7, "switch", 76, "disabled", "Back in the shop", "confirmed"),
    (15.1, "switch", 70, "disabled", "Stolen", "confirmed"),
    (8.3, "switch", 68, "disabled", "Back in the shop", "confirmed"),
    (6.2, "switch", 10, "disabled", "Repossessed", "confirmed"),
    (15.8, "switch", 66, "disabled", "Back in the shop", "confirmed"),
    (20, "try_rule", 45),
    (3, "switch", 75, "disabled", "Stored until the rains are over", "accepted"),
    (2.2, "report", 53, "disabled"),
    (1, "switch", 53, "enabled", "The customer has no light, and has paid", "rejected"),
    # Not as it should be: delivered to nobody, counted twice, left to themselves.
    (9.7, "deliver_to_nobody", 72),
    (4.6, "count_elsewhere", 74, KISUMU),
    (18, "mark", (38, 39), "Old hardware: it does not come back on"),
    # With technicians today: overdue, on the way, and just handed out.
    (9, "assign", 34, 2, 6, "swap"),
    (9, "assign", 35, 3),
    (4.9, "assign", 77, 4, 41),
    (3.9, "assign", 73, 2, 40),
    (0.9, "extend", 73, 3, "The road is flooded"),
    (3.2, "assign", 71, 3, 39),
    (1.5, "assign", 32, 1),
    (0, "reassign", 71, 2, "Peter is ill"),
    (0, "assign", 31, 1, 1, "swap"),
    (0, "assign", 33, 2),
    (0, "assign", 42, 3, 4, "swap"),
]


def custody_events():
    """Every row."""
    yield from ((60, "receive", shop, units) for shop, units in RECEIVED.items())
    yield from ((days_ago, "book", customer) for customer, days_ago in BOOKED)
    for unit, technician, customer, days_ago, hours in RECORDED:
        yield days_ago, "assign", unit, technician, customer
        yield days_ago - hours / 24, "record", unit
    yield from EVENTS
