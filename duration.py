"""Seconds and moments, as people read them."""

from odoo.tools import format_datetime

from .credit import DAY

# Begins a text in a language that is written from right to left: its first number would else stand apart from a unit in
# Latin letters.
LEFT_TO_RIGHT = "\u200e"


def moment_text(env, moment, dt_format="short"):
    """A moment in the language, the format and the time zone of the context, else of the user.

    Odoo's own function takes the user's time zone alone, which is nobody's in a scheduled action.
    """
    return format_datetime(env, moment, tz=env.tz.zone, dt_format=dt_format)


def duration_text(env, seconds):
    """On-time in days, hours, min and seconds, in the user's language; leading zeros are left out."""
    return _mark(env) + _words(env, max(0, int(seconds)))


def signed_duration_text(env, seconds):
    """On-time that is added or removed, with its sign."""
    sign = "−" if seconds < 0 else "+"
    return f"{_mark(env)}{sign}{_words(env, abs(seconds))}"


def _mark(env):
    return LEFT_TO_RIGHT if env["res.lang"]._get_data(code=env.lang).direction == "rtl" else ""


def _words(env, seconds):
    days, rest = divmod(seconds, DAY)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    # Odoo's translations know no plural forms, and languages differ in what they take 0 for: 0 and 1 are words of their
    # own.
    parts = [
        (days, env._("1 day") if days == 1 else env._("%s days", days)),
        (hours, {0: env._("0 hours"), 1: env._("1 hour")}.get(hours) or env._("%s hours", hours)),
        (minutes, env._("%s min", minutes)),
        (rest, {0: env._("0 seconds"), 1: env._("1 second")}.get(rest) or env._("%s seconds", rest)),
    ]
    shown = next((number for number, (value, _text) in enumerate(parts) if value), len(parts) - 1)
    return " ".join(text for _value, text in parts[shown:])
