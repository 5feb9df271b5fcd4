from datetime import datetime, timedelta

from odoo.tests import tagged
from odoo.tools import SQL

from ..duration import duration_text, moment_text
from .common import PaygCommon
from .device_common import DAY, DeviceCommon

NOON = datetime(2026, 3, 2, 12)
NAIROBI = "Africa/Nairobi"  # three hours on


@tagged("post_install", "-at_install")
class TestWording(PaygCommon):
    """Moments and durations, as they are said to people."""

    def test_durations_are_right_for_nothing_for_one_and_for_many(self):
        for seconds, text in (
            (0, "0 seconds"),
            (1, "1 second"),
            (61, "1 min 1 second"),
            (3600, "1 hour 0 min 0 seconds"),
            (DAY, "1 day 0 hours 0 min 0 seconds"),
            (2 * DAY + 2 * 3600 + 120 + 2, "2 days 2 hours 2 min 2 seconds"),
        ):
            with self.subTest(seconds):
                self.assertEqual(duration_text(self.env, seconds), text)

    def test_what_may_be_nothing_has_a_word_of_its_own_for_translators(self):
        """In French 0 is singular, in English plural: a language must be able to say it."""
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self.env(context={**self.env.context, "lang": "fr_FR"})
        self.assertTrue(duration_text(french, DAY).startswith("1 jour"))
        self.assertNotEqual(duration_text(french, 3600), duration_text(self.env, 3600))

    def test_a_moment_is_in_the_time_zone_of_the_context_else_in_the_users(self):
        self.env.user.tz = "Asia/Kolkata"
        self.assertIn("5:30", moment_text(self.env(context={}), NOON))
        self.assertIn("3:00", moment_text(self.env(context={"tz": NAIROBI}), NOON))

    def test_texts_are_not_taken_over_from_somebody_elsewhere(self):
        """Computed once a language and a time zone, not once a transaction."""
        unit = self.make_unit(reported_at=NOON, reported_changed_at=NOON)
        self.turn_on()
        unit._open_holding(self.customer, date=NOON)
        for name in ("status_text", "why"):
            with self.subTest(name):
                here, there = (unit.with_context(tz=tz)[name] for tz in ("UTC", NAIROBI))
                self.assertIn("12:00", here)
                self.assertIn("3:00", there)

    def test_an_accounts_check_says_moments_and_money_as_people_read_them(self):
        account = self.env["payg.account"].create({"partner_id": self.customer.id, "daily_rate": 10})
        unit = self.make_unit()
        unit._open_holding(self.customer)
        unit._account_begins(self.customer, NOON)
        self.env.flush_all()
        self.env.cr.execute(
            SQL("UPDATE payg_account SET expiry = %s, cash_balance = 1234.5 WHERE id = %s", NOON, account.id)
        )
        self.env.invalidate_all()
        [sentences] = account.with_context(tz=NAIROBI)._differences().values()
        text = " ".join(sentences)
        self.assertIn("3:00:00", text)
        self.assertIn("1,234.50", text)
        self.assertNotIn("2026-03-02", text)


@tagged("post_install", "-at_install")
class TestKeptWords(DeviceCommon):
    def test_what_a_scheduled_action_writes_is_in_the_companys_time_zone(self):
        self.company.partner_id.tz = NAIROBI
        unit, account = self.make_pair(days=10)
        self.fleet.ledger.add(self.solar(unit), DAY, "payment", "somebody-elses", self.fleet.clock.now())
        self.connect(unit)
        self.sync(unit)
        [row] = account.transaction_ids.filtered(lambda row: row.kind == "alignment")
        local = unit.unit_credit_as_of + timedelta(hours=3)
        self.assertIn(local.strftime("%-I:%M"), row.reason)
