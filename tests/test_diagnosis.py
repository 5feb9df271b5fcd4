from datetime import datetime, timedelta
from itertools import product

from freezegun import freeze_time

from odoo.tests import BaseCase, tagged

from ..credit.diagnosis import DOMAINS, LIGHT, TABLE, State, diagnose, light
from .common import PaygCommon

NOW = datetime(2026, 3, 2, 12)
EVERY = [State(*values) for values in product(*DOMAINS.values())]
SCM = State("scm", "left", "na", "enabled", "on", "none", "none", "fresh", "yes")
DCM = State("dcm", "left", "left", "enabled", "on", "none", "none", "fresh", "yes")
# An answer, what it is given for, and whether there should be light.
CASES = [
    ("nameless", SCM._replace(known="nameless", reported="unread", age="never"), "unsure"),
    ("unknown", DCM._replace(known="unknown"), "unsure"),
    ("credit_failed", DCM._replace(credit="failed"), "unsure"),
    ("on_failed", SCM._replace(flight="failed"), "unsure"),
    ("off_failed", SCM._replace(wanted="disabled", flight="failed"), "yes"),
    ("dcm_switching_off", DCM._replace(wanted="disabled", flight="accepted"), "yes"),
    ("dcm_switching_on", DCM._replace(reported="off", flight="live"), "no"),
    ("dcm_turning_on", DCM._replace(reported="turning_on"), "no"),
    ("dcm_disabled_paid", DCM._replace(reported="off"), "no"),
    ("dcm_disabled", DCM._replace(reported="off", pulse="out"), "no"),
    ("dcm_credit_coming_on", DCM._replace(credit="pending"), "yes"),
    ("dcm_credit_coming", DCM._replace(credit="pending", unit="out"), "no"),
    ("dcm_credit_coming", DCM._replace(credit="pending", unit="unknown", age="never"), "no"),
    ("dcm_unknown", DCM._replace(unit="unknown", age="never"), "unsure"),
    ("dcm_old_paid", DCM._replace(age="stale"), "unsure"),
    ("dcm_old_on", DCM._replace(age="stale", pulse="out"), "yes"),
    ("dcm_old_off", DCM._replace(age="stale", pulse="out", unit="out"), "no"),
    ("dcm_on", DCM, "yes"),
    ("dcm_on_unpaid", DCM._replace(pulse="out"), "yes"),
    ("dcm_on_unpaid", DCM._replace(pulse="none"), "yes"),
    ("dcm_off_paid", DCM._replace(unit="out"), "no"),
    ("dcm_off_out", DCM._replace(unit="out", pulse="out"), "no"),
    ("dcm_off", DCM._replace(unit="out", pulse="none"), "no"),
    ("scm_unread", SCM._replace(reported="unread", age="never"), "unsure"),
    ("scm_unread", SCM._replace(age="never"), "unsure"),
    ("scm_init", SCM._replace(reported="init"), "no"),
    ("scm_on_going_off", SCM._replace(wanted="disabled", flight="accepted"), "yes"),
    ("scm_off_going_on", SCM._replace(reported="off", flight="live"), "no"),
    ("scm_turning_on", SCM._replace(reported="turning_on"), "no"),
    ("scm_turning_off", SCM._replace(reported="turning_off"), "yes"),
    ("scm_old", SCM._replace(age="stale"), "unsure"),
    ("scm_on_unwanted", SCM._replace(wanted="disabled"), "yes"),
    ("scm_on", SCM, "yes"),
    ("scm_on_out", SCM._replace(pulse="out"), "yes"),
    ("scm_on_alone", SCM._replace(pulse="none"), "yes"),
    ("scm_off_unwanted", SCM._replace(reported="off"), "no"),
    ("scm_off_paid", SCM._replace(reported="off", wanted="disabled"), "no"),
    ("scm_off_out", SCM._replace(reported="off", wanted="disabled", pulse="out"), "no"),
    ("scm_off", SCM._replace(reported="off", wanted="none", pulse="waiting"), "no"),
]


class TestDiagnosisTable(BaseCase):
    def test_every_combination_has_an_answer(self):
        for state in EVERY:
            self.assertTrue(diagnose(state))

    def test_every_row_answers_something(self):
        first = {next(number for number, row in enumerate(TABLE) if row.fits(state)) for state in EVERY}
        self.assertEqual(first, set(range(len(TABLE))))

    def test_every_row_names_values_that_exist(self):
        for row in TABLE:
            for name, values in row.conditions.items():
                self.assertLessEqual(set(values), set(DOMAINS[name]), row.code)

    def test_each_answer_is_given_when_it_should(self):
        for code, state, lit in CASES:
            with self.subTest(code):
                self.assertEqual((diagnose(state), light(code)), (code, lit))
        self.assertEqual({code for code, *_rest in CASES}, {row.code for row in TABLE})

    def test_an_answer_says_one_thing_about_the_light(self):
        listed = [code for codes in LIGHT.values() for code in codes]
        self.assertEqual(sorted(listed), sorted({row.code for row in TABLE}))

    def test_dcm_never_speaks_of_the_server_nor_scm_of_the_units_credit(self):
        for state in EVERY:
            code = diagnose(state)
            if code[:3] in DOMAINS["mode"]:
                self.assertEqual(code[:3], state.mode)


@tagged("post_install", "-at_install")
class TestDiagnosisOfUnits(PaygCommon):
    def test_every_answer_has_a_sentence_and_an_action(self):
        words = self.Unit._diagnosis_words()
        self.assertEqual(set(words), {row.code for row in TABLE})
        for code, (sentence, action) in words.items():
            with self.subTest(code):
                self.assertTrue(sentence.endswith(".") and action.endswith("."))
                self.assertNotRegex(f"{sentence} {action}", r"DCM|SCM|zero|wanted|verdict")
                if code not in ("nameless", "unknown"):
                    self.assertNotIn("IMEI", f"{sentence} {action}")

    def test_a_unit_is_judged_to_the_second(self):
        unit = self.make_unit(
            dcm=True, wanted="enabled", unit_credit_until=NOW, unit_credit_as_of=NOW - timedelta(hours=1)
        )
        for moment, lit in ((NOW - timedelta(seconds=1), "yes"), (NOW, "no"), (NOW + timedelta(seconds=1), "no")):
            with freeze_time(moment):
                unit.invalidate_recordset()
                self.assertEqual(unit.diagnosis_light, lit)

    def test_what_a_row_says_is_what_the_table_is_asked(self):
        with freeze_time(NOW):
            unit = self.make_unit(wanted="disabled", command_state="accepted", reported_at=NOW)
            self.assertEqual(
                unit._diagnosis_state(NOW),
                State("scm", "none", "na", "disabled", "on", "accepted", "none", "fresh", "yes"),
            )
            unit.write({"dcm": True, "credit_pending_seconds": 60, "unit_credit_until": NOW - timedelta(days=9),
                        "unit_credit_as_of": NOW - timedelta(days=9), "reported_state": False})  # fmt: skip
            self.assertEqual(
                unit._diagnosis_state(NOW),
                State("dcm", "none", "out", "disabled", "unread", "accepted", "pending", "stale", "yes"),
            )
            unit.write({"credit_failed_count": 1})
            self.assertEqual(unit._diagnosis_state(NOW).credit, "failed")
            unit.write({"dcm": False, "reported_at": NOW - timedelta(hours=6, seconds=1)})
            self.assertEqual(unit._diagnosis_state(NOW).age, "stale")
            unit.unknown_since = NOW
            self.assertEqual(unit._diagnosis_state(NOW).known, "unknown")
            unit.write({"unknown_since": False, "controlled": False})
            self.assertEqual(unit._diagnosis_state(NOW).known, "unknown")
            unit.write({"imei": False, "controlled": True})
            self.assertEqual(unit._diagnosis_state(NOW).known, "nameless")
            words = {"init": "init", "pending_enabled": "turning_on", "pending_disabled": "turning_off"}
            for state, word in words.items():
                unit.reported_state = state
                self.assertEqual(unit._diagnosis_state(NOW).reported, word)

    def test_a_technician_and_an_operator_read_it(self):
        unit = self.make_unit()
        unit._open_holding(self.customer)
        self.env["payg.account"].create({"partner_id": self.customer.id, "daily_rate": 1, "unit_id": unit.id})
        for role in ("operator", "shop_manager"):
            self.assertTrue(unit.with_user(self.user_of(role)).diagnosis_action)
