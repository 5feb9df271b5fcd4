import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ROLES
from .smart_solar_common import SmartSolarCommon


@tagged("post_install", "-at_install")
class TestSmartSolarClient(SmartSolarCommon):
    # ------------------------------------------------------------------
    # Settings
    # ------------------------------------------------------------------
    def test_addresses_that_could_leak_are_refused_each_with_its_reason(self):
        cases = {
            "plain": "http://solar.example.com/v1",
            "path": "https://solar.example.com/v2",
            "login": "https://user:secret@solar.example.com/v1",
            "query": "https://solar.example.com/v1?a=b",
            "scheme": "ftp://solar.example.com/v1",
            "characters": "https://solar example.com/v1",
            "malformed": "https://solar.example.com:port/v1",
            "host": "https://-solar.example.com/v1",
        }
        words = self.client._address_words()
        self.assertEqual(set(cases), set(words))
        for code, address in cases.items():
            with self.subTest(code), self.assertRaisesRegex(ValidationError, words[code]), self.env.cr.savepoint():
                self.client.base_url = address

    def test_an_address_is_kept_as_it_is_used(self):
        self.client.base_url = " HTTPS://Solar.Example.com/v1/ "
        self.assertEqual(self.client.base_url, "https://solar.example.com/v1")

    def test_limits_that_contradict_each_other_are_refused(self):
        for values, words in (
            ({"connect_timeout": 0}, "greater than 0"),
            ({"read_timeout": -1}, "greater than 0"),
            ({"max_attempts": 0}, "greater than 0"),
            ({"poke_after_hours": 0}, "greater than 0"),
            ({"threads": 0}, "between 1 and 64"),
            ({"threads": 65}, "between 1 and 64"),
            ({"page_size": 0}, "between 1 and 10,000"),
            ({"breaker_seconds": 901}, "longest wait"),
            ({"lease_minutes": 2}, "lease"),
            ({"read_timeout": 60}, "lease"),
        ):
            with self.subTest(values), self.assertRaisesRegex(ValidationError, words), self.env.cr.savepoint():
                self.client.write(values)

    def test_the_lease_leaves_a_minute_beyond_the_slowest_answer(self):
        # 3 calls of 3 s and 1.5 × 20 s each, and a minute: 159 s.
        self.client.lease_minutes = 3
        with self.assertRaises(ValidationError):
            self.client.read_timeout = 25

    def test_a_company_has_one_active_connection(self):
        with self.assertRaisesRegex(ValidationError, "one active connection"):
            self.make_client(self.company)
        self.client.active = False
        self.make_client(self.company)
        with self.assertRaises(psycopg2.errors.UniqueViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.client.active = True

    # ------------------------------------------------------------------
    # Secrets
    # ------------------------------------------------------------------
    def test_another_address_clears_the_secrets_and_says_so(self):
        self.switch(self.make_solar_unit())
        self.dispatch()
        self.assertTrue(self.client.token)
        self.client.base_url = "https://elsewhere.example.com/v1"
        self.assertFalse(self.client.password or self.client.token)
        self.assertIn("cleared", self.client.message_ids[:1].body)

    def test_the_same_address_keeps_the_secrets(self):
        self.client.base_url = self.client.base_url + "/"
        self.assertEqual(self.client.password, "simulator")

    def test_the_form_clears_the_password_with_the_address(self):
        with Form(self.client.with_user(self.user_of("administrator"))) as form:
            with self.assertLogs("odoo.tests.form.onchange", "WARNING") as logs:
                form.base_url = "https://elsewhere.example.com/v1"
            self.assertIn("Enter it again", logs.output[0])
            self.assertFalse(form.password)
            form.password = "new secret"
        self.assertEqual((self.client.password, self.client.token), ("new secret", False))

    def test_a_new_login_forgets_the_old_ones_token(self):
        self.switch(self.make_solar_unit())
        self.dispatch()
        self.client.username = "system@example.com"
        self.assertFalse(self.client.token or self.client.permission)
        self.assertEqual(self.client.password, "simulator")

    def test_a_token_of_a_former_login_is_not_kept(self):
        wire, key = self.client._wire(), self.client._login_key()
        login = wire.login()
        self.client.base_url = "https://elsewhere.example.com/v1"
        self.client._keep_login(login, key)
        self.client._keep_token(wire, key)
        self.assertFalse(self.client.token)

    def test_an_error_of_a_former_login_does_not_stop_the_new_one(self):
        from ..smart_solar import Authentication

        key = self.client._login_key()
        self.client.password = "newer"
        self.client._mark_error(Authentication("refused"), key)
        self.assertEqual(self.client.state, "new")

    def test_secrets_are_for_administrators_only(self):
        for role in ROLES:
            client = self.client.with_user(self.user_of(role))
            with self.subTest(role):
                if role == "administrator":
                    self.assertEqual(client.read(["password"])[0]["password"], "simulator")
                    continue
                with self.assertRaises(AccessError):
                    client.read(["password"])
                with self.assertRaises(AccessError):
                    client.write({"base_url": "https://elsewhere.example.com/v1"})

    def test_secrets_are_never_logged(self):
        self.switch(self.make_solar_unit())
        with self.assertLogs(level="DEBUG") as logs:
            self.dispatch()
            self.pull()
        text = "\n".join(record.getMessage() for record in logs.records if record.name.startswith("odoo.addons.payg"))
        self.assertIn("accepted", text)
        for secret in ("simulator'", self.client.token):
            self.assertNotIn(secret, text)

    # ------------------------------------------------------------------
    # Roles
    # ------------------------------------------------------------------
    def test_buttons_are_for_those_who_may(self):
        allowed = {
            "action_test_connection": {"administrator"},
            "action_resume": {"administrator"},
            "action_pull_now": {"supervisor", "manager", "administrator"},
        }
        for role in ROLES:
            client = self.client.with_user(self.user_of(role))
            for name, roles in allowed.items():
                with self.subTest(role=role, button=name):
                    if role in roles:
                        getattr(client, name)()
                    else:
                        with self.assertRaises(AccessError):
                            getattr(client, name)()

    def test_nobody_writes_commands(self):
        self.switch(self.make_solar_unit())
        command = self.Command.search([], limit=1)
        for role in ROLES:
            with self.subTest(role), self.assertRaises(AccessError):
                command.with_user(self.user_of(role)).write({"state": "accepted"})

    # ------------------------------------------------------------------
    # Test connection
    # ------------------------------------------------------------------
    def _test_as(self, username):
        self.client.username = username
        return self.client.action_test_connection()["params"]

    def test_testing_says_who_we_are_there_and_what_works(self):
        self.make_solar_unit()
        told = self._test_as("erp@example.com")
        self.assertEqual(told["type"], "success")
        for word in ("Reached", "Erp", "FACTORY", "GLOBAL", "reads the enable status"):
            self.assertIn(word, told["message"])
        self.assertEqual((self.client.state, self.client.permission, self.client.entity_id), ("ok", "FACTORY", 4))

    def test_testing_says_what_the_level_forbids(self):
        for level, words in (
            ("overview", ("cannot switch", "in repair")),
            ("technical", ("may not read", "FACTORY")),
            ("admin", ("FACTORY",)),
        ):
            with self.subTest(level):
                told = self._test_as(f"{level}@example.com")
                self.assertEqual(told["type"], "warning")
                for word in words:
                    self.assertIn(word, told["message"])
        self.assertNotIn("cannot switch", told["message"])

    def test_testing_a_wrong_login_says_so(self):
        self.client.password = "wrong"
        with self.assertRaisesRegex(UserError, "login is refused"):
            self.client.action_test_connection()

    def test_testing_an_address_where_nobody_listens_says_so(self):
        self.simulator.stop()
        with self.assertRaisesRegex(UserError, "not reached"):
            self.client.action_test_connection()

    def test_testing_revives_a_stopped_connection(self):
        self.client._mark_stopped("refused")
        self.client.action_test_connection()
        self.assertEqual(self.client.state, "ok")
        self.assertFalse(self.activities())

    def test_testing_sends_no_switching(self):
        self.switch(self.make_solar_unit())
        self.client.action_test_connection()
        self.assertFalse(self.calls())
