from odoo import api, fields, models
from odoo.tools import SQL

from ..duration import signed_duration_text
from ..vocabulary import labels

SOURCES = [
    ("custody", "Custody"),
    ("asked", "Command"),
    ("accepted", "Accepted"),
    ("ended", "Answer"),
    ("elsewhere", "SMART Solar"),
    ("credit", "Credit"),
    ("mark", "ERP Enable Sync"),
    ("imei", "IMEI"),
]
# By source: the log that keeps these events, and which of its columns tells what. Causes first: what happens in one
# second is told in this order.
_WHO = {"user_id": "user_id", "reason": "reason"}
_LOGS = {
    "custody": (
        "payg.custody.step",
        {
            **_WHO,
            "at": "at",
            "kind": "kind",
            "was": "place_from",
            "became": "place",
            "customer_id": "customer_id",
            "technician_id": "technician_id",
        },
    ),
    "credit": (
        "payg.ontime.transaction",
        {**_WHO, "at": "at", "kind": "kind", "was": "transaction_number", "seconds": "seconds"},
    ),
    "mark": ("payg.erp.sync.log", {**_WHO, "at": "marked_at", "kind": "erp_sync"}),
    "imei": ("mail.tracking.value", {"at": "date", "user_id": "create_uid", "was": "was", "became": "became"}),
    "asked": ("smart.solar.command", {**_WHO, "at": "created_at", "kind": "kind", "seconds": "value"}),
    "accepted": ("smart.solar.command", {"at": "accepted_at", "kind": "kind"}),
    "ended": (
        "smart.solar.command",
        {"at": "ended_at", "kind": "kind", "was": "failure_type", "became": "state", "reason": "failure_message"},
    ),
    "elsewhere": ("payg.status.change", {"at": "at", "kind": "state", "login": "changed_by"}),
}
# Every branch has these columns, in this order.
_COLUMNS = {
    "at": "timestamp",
    "kind": "varchar",
    "was": "varchar",
    "became": "varchar",
    "seconds": "integer",
    "reason": "varchar",
    "user_id": "integer",
    "login": "varchar",
    "customer_id": "integer",
    "technician_id": "integer",
}


class PaygUnitEvent(models.Model):
    """Everything that happened to a unit, in one line each: who has it, what was sent and answered, its credit.

    A query over the logs that keep the events, not a table. To be asked for one unit or a few: the database then looks
    into the index of each log.
    """

    _name = "payg.unit.event"
    _description = "Timeline of a Control Unit"
    _auto = False
    _log_access = False
    _order = "at desc, rank desc, id desc"
    _rec_name = "what"
    _rec_names_search = ["reason"]  # what happened is put into words when it is read

    unit_id = fields.Many2one("payg.control.unit", "Control Unit", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    at = fields.Datetime("When", readonly=True)
    rank = fields.Integer(readonly=True, aggregator=None, help="The order of what happened in the same second.")
    source = fields.Selection(SOURCES, "About", readonly=True)
    what = fields.Char("What Happened", compute="_compute_what")
    who = fields.Char(readonly=True, help="The user here, or in SMART Solar.")
    reason = fields.Char(readonly=True)
    customer_id = fields.Many2one("res.partner", readonly=True)
    technician_id = fields.Many2one("res.partner", readonly=True)
    # What the sentence is made of.
    kind = fields.Char(readonly=True)
    was = fields.Char(readonly=True)
    became = fields.Char(readonly=True)
    seconds = fields.Integer(readonly=True, aggregator=None)

    @property
    def _table_query(self):
        branches = [self._branch(number, source) for number, source in enumerate(_LOGS)]
        # SQL: one query over all logs, of which the condition on the unit reaches each.
        return SQL(
            """SELECT event.*, COALESCE(event.login, partner.name) AS who
                 FROM (%s) event
            LEFT JOIN res_users users ON users.id = event.user_id
            LEFT JOIN res_partner partner ON partner.id = users.partner_id""",
            SQL(" UNION ALL ").join(branches),
        )

    @api.model
    def _branch(self, number, source):
        """The events of one source, as SQL. Each row of a log may be the origin of several: its number is in the id."""
        model, column_of = _LOGS[source]
        log = self.env[model]
        log.flush_model()
        columns = [
            SQL("%s::%s AS %s", SQL.identifier("log", column_of[name]), SQL(kind), SQL.identifier(name))
            if name in column_of
            else SQL("NULL::%s AS %s", SQL(kind), SQL.identifier(name))
            for name, kind in _COLUMNS.items()
        ]
        return SQL(
            """SELECT log.id::bigint * %s + %s AS id, %s AS rank, %s::varchar AS source, log.unit_id, log.company_id, %s
                 FROM %s log WHERE log.unit_id IS NOT NULL AND %s IS NOT NULL""",
            len(_LOGS),
            number,
            number,
            source,
            SQL(", ").join(columns),
            self._imei_log() if source == "imei" else SQL.identifier(log._table),
            SQL.identifier("log", column_of["at"]),
        )

    @api.model
    def _imei_log(self):
        """What Odoo keeps of the changes of an IMEI, as a log like the others: with the unit, and who and when."""
        self.env["mail.message"].flush_model()
        # SQL: from the unit over the index of its serial number's messages to their values.
        return SQL(
            """(SELECT value.id, unit.id AS unit_id, unit.company_id, message.date, message.create_uid,
                       value.old_value_char AS was, value.new_value_char AS became
                  FROM payg_control_unit unit
                  JOIN mail_message message ON message.model = 'stock.lot' AND message.res_id = unit.lot_id
                  JOIN mail_tracking_value value ON value.mail_message_id = message.id AND value.field_id = %s)""",
            self.env["ir.model.fields"]._get("stock.lot", "cu_imei").id,
        )

    # ------------------------------------------------------------------
    # In words
    # ------------------------------------------------------------------
    @api.depends("source", "kind", "was", "became", "seconds")
    @api.depends_context("lang")
    def _compute_what(self):
        for event in self:
            event.what = getattr(event, f"_say_{event.source}")()

    def _label(self, model, name, value):
        return labels(self.env[model], name).get(value, value or "")

    def _say_custody(self):
        step = self._label("payg.custody.step", "kind", self.kind)
        if not self.became or self.was == self.became:
            return step
        was, became = (self._label("payg.custody.step", "place", place) for place in (self.was, self.became))
        if not was:
            return self.env._("%(step)s: %(place)s", step=step, place=became)
        return self.env._("%(step)s: %(was)s → %(became)s", step=step, was=was, became=became)

    def _say_asked(self):
        command = self._label("smart.solar.command", "kind", self.kind)
        if not self.seconds:
            return self.env._("%s: asked for", command)
        time = signed_duration_text(self.env, self.seconds)
        return self.env._("%(command)s of %(time)s: asked for", command=command, time=time)

    def _say_accepted(self):
        command = self._label("smart.solar.command", "kind", self.kind)
        return self.env._("%s: accepted by SMART Solar, waits for the unit", command)

    def _say_ended(self):
        command = self._label("smart.solar.command", "kind", self.kind)
        state = self._label("smart.solar.command", "state", self.became)
        if not self.was:
            return self.env._("%(command)s: %(state)s", command=command, state=state)
        why = self._label("smart.solar.command", "failure_type", self.was)
        return self.env._("%(command)s: %(state)s (%(why)s)", command=command, state=state, why=why)

    def _say_elsewhere(self):
        state = self._label("payg.status.change", "state", self.kind)
        return self.env._("Switched in SMART Solar: %s", state)

    def _say_credit(self):
        words = [self._label("payg.ontime.transaction", "kind", self.kind), self.was]
        if self.seconds:
            words.append(signed_duration_text(self.env, self.seconds))
        return " · ".join(filter(None, words))

    def _say_imei(self):
        return self.env._("IMEI: %(was)s → %(became)s", was=self.was or "–", became=self.became or "–")

    def _say_mark(self):
        return self.env._("Marked %s", self._label("payg.erp.sync.log", "erp_sync", self.kind))
