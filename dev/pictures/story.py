"""What the pictures tell: a day of the demo company, and the first hour with the rule. `story.py JSON`."""

import json
import sys

from . import call_center, first_hour, reports, shop
from .browser import browser
from .screen import Screen


def tell(screen):
    """Every scene, in the order in which things happen: what is looked at last has been switched off."""
    screen.log_in("supervisor")
    first_hour.begin(screen)
    call_center.supervise(screen)
    reports.look(screen)
    first_hour.turn_on(screen)
    call_center.home(screen)
    screen.log_in("shop_manager")
    shop.hand_out(screen)
    shop.record(screen)
    shop.take_back(screen)
    screen.log_in("technician")
    shop.my_units(screen)
    screen.log_in("operator")
    call_center.answer(screen)
    call_center.money(screen)
    screen.log_in("supervisor")
    call_center.decide(screen)
    first_hour.run_the_rule(screen)
    screen.log_in("administrator")
    first_hour.test_connection(screen)
    screen.log_in("admin")
    first_hour.scheduled_action(screen)


if __name__ == "__main__":
    where = json.loads(sys.argv[1])
    with browser(where["browser"]) as tab:
        screen = Screen(tab, where)
        try:
            tell(screen)
        except TimeoutError:
            print("\nWhat was on the screen:", *screen.words(), sep="\n")
            raise
