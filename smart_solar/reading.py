"""What an HTTP answer means: the JSON of a success, or one of our errors."""

import json
import math
import re
import time
from calendar import timegm
from email.utils import parsedate_tz

from .errors import Forbidden, Rejected, Throttled, Unavailable, UnknownUnit

_SECONDS = re.compile(r"[0-9]{1,18}(\.[0-9]+)?")
_USED_BEFORE = re.compile(r"duplicat|already|exist|unique|used", re.IGNORECASE)
_MISSING = re.compile(r"\bnot exist|\bnot unique|missing|required", re.IGNORECASE)


def _no_constant(name):
    raise ValueError(name)


_decode = json.JSONDecoder(parse_constant=_no_constant).decode


def decode(body):
    """Return the JSON object in `body`, or None when it is anything else. The content type is not trusted."""
    try:
        value = _decode(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def judge(answer, secrets=(), unit=False):
    """Return the JSON object of a successful `answer`, or raise. `unit`: a 404 is about a unit.

    `secrets` are blotted out of whatever the server says back.
    """
    status = answer.status
    if status == 429 or (status == 503 and "Retry-After" in answer.headers):
        raise Throttled("SMART Solar asks to slow down", status, retry_after(answer.headers.get("Retry-After")))
    body = decode(answer.body)
    said = body.get("status") if body else None
    if 200 <= status < 300:
        if body is None or not ("status" not in body or isinstance(said, str)):
            raise Unavailable("the answer is not the API's JSON", status)
        if said in (None, "success"):
            return body
        raise _refusal(Rejected, status, body, secrets)
    kind = _refused(status, body, said, unit)
    if kind is None:
        raise Unavailable(_failure(status), status)
    raise _refusal(kind, status, body, secrets)


def _refused(status, body, said, unit):
    """The kind of refusal, or None when this is not a refusal by the API itself."""
    if body is None or said == "success" or status < 400:
        return None
    if status == 404:
        # Something in between may answer 404 for a service that is away: absence must not be misread.
        return (UnknownUnit if unit else Rejected) if isinstance(said, str) else None
    if said != "validation-error" and (status >= 500 or status in (408, 425)):
        return None
    return Forbidden if status == 403 else Rejected


def _refusal(kind, status, body, secrets):
    errors = body.get("validation_errors")
    errors = blot(errors, secrets) if isinstance(errors, dict) else {}
    message = blot(body.get("message"), secrets)
    detail = ": ".join(str(part) for part in (message, errors) if part) or "refused without a reason"
    return kind(detail, status, errors=errors, duplicate=_is_duplicate(message, errors))


def _is_duplicate(message, errors):
    """Whether a refusal says that the transaction id was used before."""
    about = str(errors["transaction_id"]) if "transaction_id" in errors else str(message or "")
    if "transaction_id" not in errors and "transaction" not in about.lower():
        return False
    return bool(_USED_BEFORE.search(about)) and not _MISSING.search(about)


def _failure(status):
    if 300 <= status < 400:
        return f"answered with a redirect (HTTP {status}), which is not followed"
    if status >= 500:
        return f"SMART Solar failed (HTTP {status})"
    return f"answered HTTP {status}, but not by the API itself"


def blot(value, secrets):
    """`value` with every secret in its texts replaced."""
    if isinstance(value, str):
        for secret in secrets:
            if secret:
                value = value.replace(secret, "***")
        return value
    if isinstance(value, dict):
        return {blot(key, secrets): blot(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [blot(item, secrets) for item in value]
    return value


def retry_after(text):
    """Seconds asked for by a Retry-After header (seconds or an HTTP date), never negative; None when not understood."""
    text = (text or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        parsed = parsedate_tz(text)
        moment = timegm((*parsed[:6], 0, 1, 0)) - (parsed[9] or 0) if parsed else math.nan
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return max(0.0, moment - time.time()) if math.isfinite(moment) else None


def confirm_unit(data, imei):
    """Raise when the answer names another unit than the one asked for: it proves nothing about ours."""
    named = data.get("product_imei") if isinstance(data, dict) else None
    if named is not None and named != imei:
        raise Unavailable("the answer is about another unit")
