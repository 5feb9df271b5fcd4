"""Phone numbers, as people tell them."""

# The last digits of a number are the same with the country's prefix, with a zero instead, and without.
SAME = 9


def told_digits(operator, value):
    """The digits to search a phone number by: of a whole number those that are the same however it is written.

    :return: text; empty where no part of a number is searched
    """
    return "".join(filter(str.isdigit, value))[-SAME:] if operator == "ilike" and value else ""
