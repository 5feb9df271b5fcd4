from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .. import smart_solar

_ADMINISTRATOR = "payg_control_unit.payg_control_unit_group_administrator"
# One call may come to three: the call, a login after a dead token, and the call again. Each answer as a whole may
# take one and a half times the read timeout.
_CALLS = 3
_WHOLE_ANSWER = 1.5
# What a lease leaves, beyond the slowest answer, for recording it.
_LEASE_MARGIN = 60
_LOGIN_FIELDS = ("base_url", "username", "password")

STATES = [
    ("new", "Not used yet"),
    ("ok", "Working"),
    ("paused", "Paused"),
    ("broken", "Not reached"),
    ("stopped", "Stopped"),
]


class SmartSolarClient(models.Model):
    """A company's connection to SMART Solar: where it is, who we are there, and how patiently we speak to it."""

    _name = "smart.solar.client"
    _description = "SMART Solar Connection"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "company_id, id"

    name = fields.Char(required=True, default="SMART Solar")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    active = fields.Boolean(default=True, tracking=True)

    # ------------------------------------------------------------------
    # Address and login
    # ------------------------------------------------------------------
    base_url = fields.Char(
        "Address", required=True, tracking=True, help="Ends in /v1. Only https, except on this machine."
    )
    username = fields.Char("User Name", tracking=True, groups=_ADMINISTRATOR)
    password = fields.Char(copy=False, groups=_ADMINISTRATOR)
    token = fields.Char(copy=False, readonly=True, groups=_ADMINISTRATOR)
    token_saved_at = fields.Datetime(copy=False, readonly=True)
    entity_id = fields.Integer(copy=False, readonly=True, aggregator=None, help="The login's entity.")
    permission = fields.Char("Permission Level", copy=False, readonly=True)
    visibility = fields.Char("Scope", copy=False, readonly=True, help="GLOBAL: all units. ENTITY: those of its entity.")

    # ------------------------------------------------------------------
    # Limits
    # ------------------------------------------------------------------
    connect_timeout = fields.Float("Connect Timeout (s)", default=3.0, required=True)
    read_timeout = fields.Float("Read Timeout (s)", default=20.0, required=True)
    lease_minutes = fields.Integer(
        "Lease (min)", default=5, required=True, help="After that a command whose sender died is sent again."
    )
    max_attempts = fields.Integer(default=12, required=True, help="Calls without an answer before a command fails.")
    threads = fields.Integer("Calls at Once", default=16, required=True)
    page_size = fields.Integer("Units per Page", default=1000, required=True)
    breaker_failures = fields.Integer(
        "Failures before Waiting", default=5, required=True, help="Calls without an answer in a row."
    )
    breaker_seconds = fields.Integer("First Wait (s)", default=60, required=True)
    breaker_max_seconds = fields.Integer("Longest Wait (s)", default=900, required=True)
    poke_after_hours = fields.Integer(
        "Ask to Connect after (h)",
        default=24,
        required=True,
        help="A unit that did not connect so long after its command was accepted is asked to, once in this time.",
    )

    _company_uniq = models.UniqueIndex("(company_id) WHERE active", "A company has one SMART Solar connection.")

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------
    @api.constrains("base_url")
    def _check_base_url(self):
        for client in self:
            try:
                smart_solar.check_address(client.base_url)
            except smart_solar.AddressError as error:
                raise ValidationError(self._address_words()[error.code]) from None

    @api.model
    def _address_words(self):
        """What is wrong with an address, in the user's language, by the code of the wire's AddressError."""
        return {
            "characters": self.env._("The address holds a space, a backslash or a character that is not plain ASCII."),
            "malformed": self.env._("This is not a web address."),
            "scheme": self.env._("The address must begin with https://."),
            "login": self.env._("The address must not hold a user name or a password."),
            "query": self.env._("The address must not hold a query or a fragment."),
            "host": self.env._("The address holds no valid host name."),
            "plain": self.env._("Only https:// is accepted; http:// is for a simulator on this machine alone."),
            "path": self.env._("The address must end in /v1."),
        }

    @api.constrains(
        "connect_timeout",
        "read_timeout",
        "lease_minutes",
        "max_attempts",
        "threads",
        "page_size",
        "breaker_failures",
        "breaker_seconds",
        "breaker_max_seconds",
        "poke_after_hours",
    )
    def _check_limits(self):
        for client in self:
            client._check_positive()
            client._check_ranges()
            client._check_lease()

    def _check_positive(self):
        for name in (
            *("connect_timeout", "read_timeout", "lease_minutes", "max_attempts"),
            *("breaker_failures", "breaker_seconds", "poke_after_hours"),
        ):
            if not self[name] > 0:
                label = self._fields[name]._description_string(self.env)
                raise ValidationError(self.env._("“%s” must be greater than 0.", label))

    def _check_ranges(self):
        if not 1 <= self.threads <= 64:
            raise ValidationError(self.env._("“Calls at Once” must be between 1 and 64."))
        if not 1 <= self.page_size <= 10000:
            raise ValidationError(self.env._("“Units per Page” must be between 1 and 10,000."))
        if self.breaker_max_seconds < self.breaker_seconds:
            raise ValidationError(self.env._("The longest wait must not be shorter than the first one."))

    def _check_lease(self):
        least = self._slowest_answer() + _LEASE_MARGIN
        if self.lease_minutes * 60 < least:
            raise ValidationError(
                self.env._(
                    "The lease (%(lease)s s) must be longer than the slowest answer may take, with a minute to spare "
                    "(%(least)s s with these timeouts): otherwise a command could be sent again while its first call "
                    "still has its effect before it.",
                    lease=self.lease_minutes * 60,
                    least=round(least),
                )
            )

    def _slowest_answer(self):
        """Seconds that one command may take at most, with a login in between."""
        return _CALLS * (self.connect_timeout + _WHOLE_ANSWER * self.read_timeout)

    # ------------------------------------------------------------------
    # Secrets
    # ------------------------------------------------------------------
    @api.onchange("base_url")
    def _onchange_base_url(self):
        """Say that the password does not travel to another address."""
        if not self._origin.base_url or self._same_address(self._origin.base_url, self.base_url):
            return None
        self.password = False
        return {
            "warning": {
                "title": self.env._("Another address"),
                "message": self.env._("The password is cleared, since it was for the former address. Enter it again."),
            }
        }

    @staticmethod
    def _same_address(one, other):
        try:
            return smart_solar.check_address(one) == smart_solar.check_address(other)
        except ValueError:
            return one == other

    @api.model_create_multi
    def create(self, vals_list):
        self._check_company_free(vals_list)
        return super().create([self._normalized(vals) for vals in vals_list])

    def _check_company_free(self, vals_list):
        """Refuse a company's second connection before the database does, whose log would quote the password."""
        companies = [vals.get("company_id") or self.env.company.id for vals in vals_list if vals.get("active", True)]
        if self.sudo().search_count([("company_id", "in", companies)], limit=1):
            raise ValidationError(self.env._("This company has one active connection already."))

    def write(self, vals):
        """A new address clears the secrets, and a new login what we knew of the old one."""
        vals = self._normalized(vals)
        if not any(name in vals for name in _LOGIN_FIELDS):
            return super().write(vals)
        moved = self.filtered(
            lambda client: "base_url" in vals and not self._same_address(client.base_url, vals["base_url"])
        )
        res = super().write({**vals, **self._prepare_logged_out_vals()})
        if moved and not vals.get("password"):
            # sudo: the secrets belong to administrators, and clearing them is what protects them.
            super(SmartSolarClient, moved.sudo()).write({"password": False})
            moved._note_cleared()
        return res

    def _note_cleared(self):
        for client in self:
            client.message_post(body=self.env._("The address changed: the password and the token were cleared."))

    @staticmethod
    def _prepare_logged_out_vals():
        """Values of a connection that has to log in anew before anything else."""
        return {
            "token": False,
            "token_saved_at": False,
            "entity_id": False,
            "permission": False,
            "visibility": False,
            "state": "new",
            "paused_until": False,
            "breaker_until": False,
            "breaker_step": 0,
            "failure_count": 0,
            "last_error": False,
            "pull_began_at": False,
        }

    @staticmethod
    def _normalized(vals):
        """The address as it is used; one that cannot be is left for the constraint to refuse."""
        if not vals.get("base_url"):
            return vals
        try:
            return {**vals, "base_url": smart_solar.check_address(vals["base_url"])}
        except ValueError:
            return vals

    # ------------------------------------------------------------------
    # The wire
    # ------------------------------------------------------------------
    def _wire(self):
        """A SmartSolar that speaks for this connection, with the shared token. To be closed by the caller."""
        self.ensure_one()
        # sudo: whoever may have something sent needs the secrets used, not shown.
        client = self.sudo()
        settings = smart_solar.Settings(
            base_url=client.base_url,
            username=client.username or "",
            password=client.password or "",
            connect_timeout=client.connect_timeout,
            read_timeout=client.read_timeout,
            threads=client.threads,
        )
        return smart_solar.SmartSolar(settings, token=client.token or None)
