"""The endpoints below /v1, as the contract has them."""

import re
import secrets

from . import tables
from .fleet import Refused
from .http import Reply
from .status_pages import StatusPages

_ACTION = re.compile(r"/v1/products/([^/]+)/([a-z_]+)")
_CHANNEL = re.compile(r"/v1/channels/([^/]+)/subscribe")
CHANNELS = ("product-status", "dcm", "product-alert")


class Api:
    """Answers calls: who is it, may they, do it."""

    def __init__(self, fleet, door, page_cap=1000):
        self.fleet, self.door, self.page_cap = fleet, door, page_cap
        self.pages = StatusPages(fleet, page_cap)
        self.subscriptions = []
        self._actions = {
            ("PUT", "enable"): ("TECHNICAL", self._enable),
            ("PUT", "disable"): ("TECHNICAL", self._disable),
            ("POST", "force_connection"): ("TECHNICAL", self._poke),
            ("PUT", "change_state"): ("ADMIN", self._change_state),
            ("PUT", "set_dcm_enabled_flag"): ("TECHNICAL", self._set_dcm),
            ("POST", "add_payment_command"): ("TECHNICAL", self._add_payment_command),
            ("POST", "force_reset"): ("TECHNICAL", self._force_reset),
            ("GET", "balance_and_pending_payments"): ("OVERVIEW", self._balance),
        }
        self._tables = {
            "products": lambda units: [u.as_product() for u in units],
            "balances": lambda units: [u.as_balance() for u in units if u.known_balance is not None],
            "payment_commands": lambda units: self._of(units, [c.as_row() for c in fleet.ledger.commands]),
            "final_balances": lambda units: self._of(units, fleet.ledger.finals),
            "enable_history": lambda units: self._of(units, fleet.history_rows()),
        }

    def handle(self, call):
        """The Reply to a call below /v1."""
        if call.path == "/v1/auth/login":
            return self._login(call) if call.method == "POST" else Reply.error(405, "use POST")
        call.user, token = self.door.who(call.headers.get("Authorization"))
        if call.user is None:
            return Reply.error(401, "the token is not valid")
        self.fleet.settle()
        reply = self._route(call)
        self.fleet.settle()
        if reply.status < 300:
            self.door.extend(token)
        return reply

    def _route(self, call):
        action, channel = _ACTION.fullmatch(call.path), _CHANNEL.fullmatch(call.path)
        if action:
            return self._act(call, *action.groups())
        if call.path == "/v1/current_enable_status":
            return self._guard(call, "GET", "FACTORY", self._status)
        if channel:
            call.channel = channel.group(1)
            return self._guard(call, "POST", "ADMIN", self._subscribe)
        if call.path.removeprefix("/v1/") in self._tables:
            return self._guard(call, "GET", "OVERVIEW", self._table)
        return Reply.error(404, "no such address")

    def _guard(self, call, method, level, do):
        if call.method != method:
            return Reply.error(405, f"use {method}")
        return do(call) if call.user.may(level) else Reply.error(403, f"needs {level}")

    def _login(self, call):
        form = call.form()
        told = self.door.login(form.get("username", ""), form.get("password", ""))
        if told is None:
            return Reply.error(401, "wrong username or password")
        return Reply.json({"status": "success", "message": {"login_successful": told}})

    # -------------------------------------------------------------- actions

    def _act(self, call, imei, name):
        call.imei = imei
        if (call.method, name) not in self._actions:
            known = any(other == name for _, other in self._actions)
            return Reply.error(405, "use another method") if known else Reply.error(404, "no such action")
        level, do = self._actions[call.method, name]
        unit = self.fleet.units.get(imei)
        if not call.user.may(level):
            return Reply.error(403, f"needs {level}")
        if unit is None:
            return Reply.error(404, "no such product")
        if not call.user.sees(unit):
            return Reply.error(403, "belongs to another entity")
        with self.fleet.lock:
            try:
                status, data = do(call, unit)
            except Refused as refusal:
                return _refuse(refusal, imei)
        content = {"status": "success", "message": f"{name} done", "data": {"product_imei": imei, **data}}
        return Reply.json(content, status)

    def _enable(self, call, unit):
        return 200, {"current_enable_state": self.fleet.switch(unit.imei, "enabled", call.user.username).state}

    def _disable(self, call, unit):
        return 200, {"current_enable_state": self.fleet.switch(unit.imei, "disabled", call.user.username).state}

    def _poke(self, call, unit):
        self.fleet.poke(unit.imei)
        return 200, {}

    def _change_state(self, call, unit):
        new = call.json().get("new_state")
        if type(new) is not int:
            raise Refused("refused", new_state="not a number")
        return 200, {"state": self.fleet.change_life(unit.imei, new).life_state}

    def _set_dcm(self, call, unit):
        enabled = call.json().get("enabled")
        if type(enabled) is not bool:
            raise Refused("refused", enabled="not true or false")
        return 200, {"dcm_enabled_flag": self.fleet.set_dcm(unit.imei, enabled).dcm}

    def _add_payment_command(self, call, unit):
        asked = call.json()
        value, category, transaction = asked.get("value"), asked.get("category"), asked.get("transaction_id")
        ledger = self.fleet.ledger
        errors = ledger.refusal(unit, value, category, transaction)
        if errors:
            raise Refused("the payment command is refused", **errors)
        command = ledger.add(unit, value, category, transaction, self.fleet.clock.now())
        self.fleet.expect(unit)
        return 201, command.as_row()

    def _force_reset(self, call, unit):
        transaction, ledger = call.json().get("transaction_id"), self.fleet.ledger
        # A reset is what helps when a zero-command waits for ever: only the id and the kind of unit can be wrong.
        errors = ledger.reset_refusal(unit, transaction)
        if errors:
            raise Refused("the reset is refused", **errors)
        return 201, ledger.reset(unit, transaction, self.fleet.clock.now())

    def _balance(self, call, unit):
        row = unit.as_balance()
        return 200, {
            "balance": row["balance"],
            "expected_expiry": row["expected_expiry"],
            "pending_payment_commands": [c.as_pending() for c in self.fleet.ledger.pending(unit.imei)],
        }

    # ----------------------------------------------------------------- bulk

    def _status(self, call):
        try:
            page, size = tables.paging(call.arguments, self.page_cap)
        except tables.BadQuery as error:
            return Reply.error(400, str(error))
        return Reply(200, self.pages.body(page, size, call.user), {"Content-Type": "application/json"})

    def _table(self, call):
        try:
            q = tables.read_query(call.arguments.get("q"))
            page, size = tables.paging(call.arguments, self.page_cap)
            with self.fleet.lock:
                rows = self._tables[call.path.removeprefix("/v1/")](self._units(q, call.user))
            return Reply.json(tables.page_of(tables.select(rows, q), page, size))
        except tables.BadQuery as error:
            return Reply.error(400, str(error))

    def _units(self, q, user):
        asked, units = tables.imeis_asked(q), self.fleet.units
        found = self.fleet.order if asked is None else [units[imei] for imei in asked if imei in units]
        return [unit for unit in found if user.sees(unit)]

    def _of(self, units, rows):
        seen = {unit.imei for unit in units}
        return [row for row in rows if row["product_imei"] in seen]

    def _subscribe(self, call):
        url = call.json().get("url")
        if call.channel not in CHANNELS or not isinstance(url, str):
            return Reply.error(400, "unknown channel, or no url")
        self.subscriptions.append((call.channel, url))
        return Reply.json({"status": "success", "message": "subscribed", "data": {"key": secrets.token_hex(16)}}, 201)


def _refuse(refusal, imei):
    content = {"status": "validation-error", "validation_errors": refusal.errors, "message": str(refusal)}
    return Reply.json({**content, "data": {"product_imei": imei}}, 400)
