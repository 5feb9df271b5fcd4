from odoo import models
from odoo.exceptions import UserError

from .. import smart_solar


class SmartSolarClient(models.Model):
    """The *Test connection* button."""

    _inherit = "smart.solar.client"

    def action_test_connection(self):
        """Log in and read one unit while the person waits; say what works and what does not.

        :return: a notification
        :raise AccessError: not an administrator
        :raise UserError: not reached, or the login is refused
        """
        self.ensure_one()
        self._check_administrator()
        with self._wire() as wire:
            login = self._try_login(wire)
            reads, reading = self._try_reading(wire)
        self._keep_login(login, self._login_key())
        # A person saw it work: that ends a stop.
        self.write({"state": "new", "paused_until": False})
        self._mark_ok()
        return self._notify_tested(login, reads, reading)

    def _try_login(self, wire):
        try:
            return wire.login()
        except smart_solar.Authentication as error:
            raise UserError(self.env._("Reached, but the login is refused: %s.", error.detail)) from None
        except smart_solar.Throttled as error:
            raise UserError(self.env._("Reached, but asked to wait: try again in a while. %s", error.detail)) from None
        except smart_solar.SmartSolarError as error:
            raise UserError(self.env._("SMART Solar was not reached: %s.", error.detail)) from None

    def _try_reading(self, wire):
        """Read the first unit of the bulk status: whether it worked, and that in words."""
        try:
            rows = wire.enable_status_page(1, 1)
        except smart_solar.Forbidden:
            return False, self.env._("It may not read the enable status.")
        except smart_solar.SmartSolarError as error:
            return False, self.env._("Reading the enable status failed: %s.", error.detail)
        return True, self.env._("It reads the enable status.") if rows else self.env._("It sees no unit.")

    def _notify_tested(self, login, reads, reading):
        lacks = self._forbidden_words()
        words = [
            self.env._(
                "Reached, logged in as %(name)s, permission level %(level)s, scope %(scope)s.",
                name=login.display_name or login.username or self.sudo().username or "–",
                level=login.permission or "–",
                scope=self._scope_words(login),
            ),
            reading,
            *lacks,
        ]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("SMART Solar connection"),
                "message": " ".join(words),
                "type": "success" if reads and not lacks else "warning",
                "sticky": True,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _scope_words(self, login):
        if login.visibility == "ENTITY":
            return self.env._("entity %s only", login.entity_id if login.entity_id is not None else "–")
        return login.visibility or "–"

    def _forbidden_words(self):
        """What the login's permission level forbids, in words."""
        words = []
        if not self._may("TECHNICAL"):
            words.append(self.env._("This level cannot switch units: TECHNICAL is needed, and nothing is sent."))
        if not self._may("FACTORY"):
            words.append(
                self.env._(
                    "This level cannot read the enable status, so nobody knows which units are in repair: "
                    "the weekly job needs FACTORY."
                )
            )
        return words
