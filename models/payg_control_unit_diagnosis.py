from datetime import timedelta

from odoo import api, fields, models

from ..credit import diagnosis

# States are read every two hours: one that is older was missed more than once.
_STATE_STALE = timedelta(hours=6)
_REPORTED = {
    "init": "init",
    "enabled": "on",
    "disabled": "off",
    "pending_enabled": "turning_on",
    "pending_disabled": "turning_off",
}


class PaygControlUnit(models.Model):
    """What to tell the customer, in a sentence, and what to do, in another."""

    _inherit = "payg.control.unit"

    diagnosis = fields.Char(compute="_compute_diagnosis", help="Whether there should be light, and why.")
    diagnosis_action = fields.Char("What to Do", compute="_compute_diagnosis")
    diagnosis_light = fields.Selection(
        [("yes", "Light"), ("no", "No light"), ("unsure", "Not known")], "Should Be Lit", compute="_compute_diagnosis"
    )

    @api.depends(
        "imei",
        "controlled",
        "unknown_since",
        "dcm",
        "account_id.state",
        "account_id.expiry",
        "unit_credit_until",
        "unit_credit_as_of",
        "credit_misses",
        "wanted",
        "reported_state",
        "reported_at",
        "command_state",
        "credit_pending_seconds",
        "credit_failed_count",
    )
    @api.depends_context("lang")
    def _compute_diagnosis(self):
        now, words = fields.Datetime.now(), self._diagnosis_words()
        for unit in self:
            code = diagnosis.diagnose(unit._diagnosis_state(now))
            unit.diagnosis, unit.diagnosis_action = words[code]
            unit.diagnosis_light = diagnosis.light(code)

    def _diagnosis_state(self, now):
        """What is known of the unit, as the table takes it."""
        # sudo: who may read a unit is told what to do about it, be it for its account.
        account = self.sudo().account_id
        pulse = "none" if not account else "waiting" if account.state != "running" else None
        return diagnosis.State(
            mode="dcm" if self.dcm else "scm",
            pulse=pulse or ("left" if account.expiry > now else "out"),
            unit=self._diagnosis_unit(now),
            wanted=self.wanted or "none",
            reported=_REPORTED.get(self.reported_state, "unread"),
            flight=self.command_state or "none",
            credit=self._diagnosis_credit(),
            age=self._diagnosis_age(now),
            known=self._diagnosis_known(),
        )

    def _diagnosis_known(self):
        if not self.imei:
            return "nameless"
        return "yes" if self._addressable() else "unknown"

    def _diagnosis_unit(self, now):
        if not self.dcm:
            return "na"
        if not self.unit_credit_until:
            return "unknown"
        return "left" if self.unit_credit_until > now else "out"

    def _diagnosis_credit(self):
        if not self.dcm:
            return "none"
        if self.credit_failed_count:
            return "failed"
        return "pending" if self.credit_pending_seconds > 0 else "none"

    def _diagnosis_age(self, now):
        if self.dcm:
            return "never" if not self.unit_credit_until else "stale" if self.unit_credit_stale else "fresh"
        if not self.reported_at:
            return "never"
        return "stale" if self.reported_at < now - _STATE_STALE else "fresh"

    def _diagnosis_words(self):
        """Sentence and recommended action of each code of the table, for somebody who never saw a unit."""
        return {
            **self._diagnosis_unasked(),
            **self._diagnosis_failed(),
            **self._diagnosis_dcm(),
            **self._diagnosis_scm(),
        }

    def _diagnosis_unasked(self):
        return {
            "nameless": (
                self.env._("The unit has no IMEI, so nobody can ask SMART Solar about it."),
                self.env._("Ask a supervisor to have its IMEI entered."),
            ),
            "unknown": (
                self.env._("SMART Solar does not have this unit, so nobody can say."),
                self.env._("Ask a supervisor to have its IMEI checked."),
            ),
        }

    def _diagnosis_failed(self):
        retry = self.env._("Ask a supervisor to press “Retry” on the unit.")
        return {
            "credit_failed": (self.env._("Credit that was paid did not reach the unit: sending it failed."), retry),
            "on_failed": (self.env._("The unit should be switched on, but sending the command failed."), retry),
            "off_failed": (
                self.env._("The unit should be switched off, but sending the command failed: it may be on."),
                retry,
            ),
        }

    def _diagnosis_advice(self):
        """What to do, in the words of both kinds of units."""
        signal = self.env._(
            "Ask the customer to leave the unit where there is mobile signal, and look again in four hours."
        )
        supervisor = self.env._("Ask a supervisor whether it should be switched on.")
        fault = self.env._(
            "Without light in spite of this, it is a fault: check cables and battery, then arrange a swap."
        )
        return signal, supervisor, fault

    def _diagnosis_dcm(self):
        signal, supervisor, fault = self._diagnosis_advice()
        sync = self.env._("Press “Sync now”, and look again in a minute.")
        pay = self.env._("Tell the customer to pay: the light comes back when the payment has reached the unit.")
        return {
            "dcm_switching_off": (
                self.env._("The unit is being switched off; it stays on until it next connects."),
                supervisor,
            ),
            "dcm_switching_on": (self.env._("The unit is being switched on, and waits to connect."), signal),
            "dcm_turning_on": (self.env._("The unit comes on when it next connects."), signal),
            "dcm_disabled_paid": (self.env._("There is credit, but the unit is disabled: no light."), supervisor),
            "dcm_disabled": (self.env._("The unit is disabled and has no credit in Pulse: no light."), pay),
            "dcm_credit_coming_on": (
                self.env._("The unit has credit, and more is on its way: there should be light."),
                fault,
            ),
            "dcm_credit_coming": (
                self.env._("The payment is on its way, but has not reached the unit: no light yet."),
                signal,
            ),
            "dcm_unknown": (self.env._("The credit in the unit was never read, so nobody can say."), sync),
            "dcm_old_paid": (
                self.env._("There is credit in Pulse, but what is known of the unit is out of date."),
                sync,
            ),
            "dcm_old_on": (self.env._("The unit should still have credit, by what it told long ago."), sync),
            "dcm_old_off": (self.env._("The unit should have run out, by what it told long ago."), sync),
            "dcm_on": (self.env._("The unit has credit: there should be light."), fault),
            "dcm_on_unpaid": (
                self.env._("The unit has credit left, although nothing is paid in Pulse: there should be light."),
                fault,
            ),
            "dcm_off_paid": (self.env._("There is credit in Pulse, but none in the unit: no light."), sync),
            "dcm_off_out": (self.env._("The credit has run out: no light."), pay),
            "dcm_off": (self.env._("The unit has no credit, and no account that runs: no light."), supervisor),
        }

    def _diagnosis_scm(self):
        signal, supervisor, fault = self._diagnosis_advice()
        read = self.env._("Ask a supervisor to press “Read now” on the SMART Solar connection, and look again.")
        pay = self.env._("Tell the customer to pay: then the unit can be switched on.")
        nothing = self.env._("Nothing to do: it goes off by itself when it connects.")
        return {
            "scm_unread": (self.env._("SMART Solar was never read for this unit, so nobody can say."), read),
            "scm_init": (self.env._("The unit was never started."), self.env._("Have a technician start it.")),
            "scm_on_going_off": (
                self.env._("The unit is being switched off; it stays on until it next connects."),
                nothing,
            ),
            "scm_off_going_on": (
                self.env._("The unit is being switched on; it waits to connect: no light yet."),
                signal,
            ),
            "scm_turning_on": (self.env._("The unit comes on when it next connects: no light yet."), signal),
            "scm_turning_off": (
                self.env._("The unit goes off when it next connects; there should still be light."),
                nothing,
            ),
            "scm_old": (self.env._("What is known of the unit is out of date, so nobody can say."), read),
            "scm_on_unwanted": (self.env._("The unit is on, although it should be off."), read),
            "scm_on": (self.env._("The unit is on and there is credit: there should be light."), fault),
            "scm_on_out": (self.env._("The credit has run out, but the unit is still on: there should be light."), pay),
            "scm_on_alone": (self.env._("The unit is on, without an account that runs: there should be light."), fault),
            "scm_off_unwanted": (self.env._("The unit is off, although it should be on."), supervisor),
            "scm_off_paid": (self.env._("There is credit, but the unit is switched off: no light."), supervisor),
            "scm_off_out": (self.env._("The credit has run out, and the unit is switched off: no light."), pay),
            "scm_off": (self.env._("The unit is switched off, and has no account that runs: no light."), supervisor),
        }
