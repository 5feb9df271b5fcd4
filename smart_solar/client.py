"""SMART Solar's calls, one method each."""

from . import credit_rows, query
from .answers import Page
from .errors import Unavailable
from .fields import Malformed
from .reading import confirm_unit, judge
from .session import TokenKeeper
from .settings import Settings
from .transport import Transport
from .vocabulary import BAD_PAYMENT, CHANNELS, LIFE_STATES, PAYMENT, TABLES, ZERO_COMMAND, is_imei

# gzip and deflate only: what else requests would offer depends on what else is installed.
_HEADERS = {"User-Agent": "payg_control_unit", "Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
_SIGN = {PAYMENT: 1, BAD_PAYMENT: -1, ZERO_COMMAND: 0}


class SmartSolar:
    """One connection, safe for many threads: share it. `token`: of an earlier login, to go on with.

    Every method raises SmartSolarError when SMART Solar or the way to it fails, and ValueError when the caller does.
    """

    def __init__(self, settings: Settings, token=None):
        self._base = settings.base_url
        self._transport = Transport(settings)
        self._keeper = TokenKeeper(settings, self._transport, _HEADERS, token)

    def __repr__(self):
        return f"<SmartSolar {self._base}>"

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        self._transport.close()

    @property
    def token(self):
        """The token in use; changed by a login. The caller keeps it for the next SmartSolar."""
        return self._keeper.token

    def login(self):
        """Log in, also with a token at hand; return the Login."""
        return self._keeper.login()

    # ------------------------------------------------------------ switching

    def enable(self, imei):
        self._act("PUT", imei, "enable")

    def disable(self, imei):
        self._act("PUT", imei, "disable")

    def force_connection(self, imei):
        """Ask the unit to connect now. Costs an SMS each time."""
        self._act("POST", imei, "force_connection")

    def change_state(self, imei, new_state):
        """Move the unit to another life-cycle state, 1 to 9."""
        if type(new_state) is not int or new_state not in LIFE_STATES:
            raise ValueError("A life-cycle state is a number from 1 to 9.")
        self._act("PUT", imei, "change_state", {"new_state": new_state})

    def set_dcm_enabled_flag(self, imei, enabled):
        self._act("PUT", imei, "set_dcm_enabled_flag", {"enabled": bool(enabled)})

    # --------------------------------------------------------------- credit

    def add_payment_command(self, imei, value, category, transaction_id):
        """Add (`payment`), take (`bad-payment`) or clear (`zero-command`) credit; `value` in seconds."""
        sign = (value > 0) - (value < 0) if type(value) is int else None
        if category not in _SIGN or sign != _SIGN[category]:
            raise ValueError("A payment is above 0 seconds, a bad-payment below, a zero-command exactly 0.")
        content = {"value": value, "category": category, "transaction_id": _transaction(transaction_id)}
        self._act("POST", imei, "add_payment_command", content)

    def force_reset(self, imei, transaction_id):
        """Clear the credit of a unit that cannot answer any more; return the ForceReset."""
        data = self._act("POST", imei, "force_reset", {"transaction_id": _transaction(transaction_id)})
        return _typed(credit_rows.force_reset, data)

    def balance_and_pending_payments(self, imei):
        """The BalanceDetail of one unit. For many units read the table `balances`."""
        return _typed(credit_rows.balance_detail, self._act("GET", imei, "balance_and_pending_payments"))

    # ----------------------------------------------------------------- bulk

    def enable_status_page(self, page, size):
        """The rows of one page of the bulk status, for parse_enable_status(). Empty after the last page.

        A page may hold fewer than `size` rows before the last one: the server caps what is asked.
        """
        body = self._call("GET", "current_enable_status", params={"page": page, "results_per_page": size})
        rows = body.get("data")
        if body.get("status") != "success" or not isinstance(rows, list):
            raise Unavailable("the bulk status is not a list of rows")
        return rows

    def table(self, name, q=None, page=1, results_per_page=200):
        """One Page of a table; `q` filters and orders it."""
        if name not in TABLES:
            raise ValueError(f"There is no table {name}.")
        params = {"page": page, "results_per_page": results_per_page}
        if q:
            params["q"] = query.encode(q)
        return _page(self._call("GET", name, params=params), page)

    def iter_table(self, name, q=None, results_per_page=200):
        """Yield every row of a table. Units may change between two pages: a row may be missed or seen twice."""
        page, total = 1, 1
        while page <= total:
            answer = self.table(name, q, page, results_per_page)
            if not answer.objects and page < answer.total_pages:
                raise Unavailable(f"page {page} of {answer.total_pages} of {name} came empty")
            yield from answer.objects
            page, total = page + 1, answer.total_pages

    def iter_table_in(self, name, field, values, q=None, results_per_page=200):
        """Yield every row of a table whose `field` is one of `values`, in as many calls as the URL asks for."""
        for part in query.split_in(field, values, q):
            yield from self.iter_table(name, part, results_per_page)

    def subscribe(self, channel, url):
        """Have a channel's messages sent to `url`; return the secret key, which is shown this once."""
        if channel not in CHANNELS:
            raise ValueError(f"There is no channel {channel}.")
        body = self._call("POST", f"channels/{channel}/subscribe", json={"url": url})
        data = body.get("data")
        key = data.get("key") if isinstance(data, dict) else None
        if not isinstance(key, str) or not key:
            raise Unavailable("the subscription came back without its key")
        return key

    # --------------------------------------------------------------- inside

    def _act(self, method, imei, action, content=None):
        """Carry out an action on a unit; return the `data` of the answer."""
        if not is_imei(imei):
            raise ValueError("An IMEI is 1 to 15 digits.")
        body = self._call(method, f"products/{imei}/{action}", unit=True, json=content)
        if body.get("status") != "success":
            raise Unavailable("the answer does not say success")
        confirm_unit(body.get("data"), imei)
        return body.get("data")

    def _call(self, method, path, unit=False, **content):
        answer = self._keeper.send(method, f"{self._base}/{path}", **content)
        return judge(answer, self._keeper.secrets, unit)


def _transaction(value):
    if not isinstance(value, str) or not value.strip():
        raise ValueError("A credit command needs its transaction id.")
    return value


def _typed(read, data):
    try:
        return read(data if isinstance(data, dict) else {})
    except Malformed as reason:
        raise Unavailable(f"the answer is not as agreed: {reason}") from None


def _page(body, asked):
    numbers = [body.get(key) for key in ("num_results", "page", "total_pages")]
    if not isinstance(body.get("objects"), list) or any(type(n) is not int or n < 0 for n in numbers):
        raise Unavailable("the answer is not a page of a table")
    if numbers[1] != asked:
        raise Unavailable(f"asked for page {asked}, got page {numbers[1]}")
    return Page(body["objects"], *numbers)
