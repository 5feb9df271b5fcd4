"""Seconds, as people read them."""

from .credit import DAY

# Begins a text in a language that is written from right to left: its first number would else stand apart from a unit in
# Latin letters.
LEFT_TO_RIGHT = "\u200e"


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
    parts = [
        (days, env._("1 day") if days == 1 else env._("%s days", days)),
        (hours, env._("1 hour") if hours == 1 else env._("%s hours", hours)),
        (minutes, env._("%s min", minutes)),
        (rest, env._("1 second") if rest == 1 else env._("%s seconds", rest)),
    ]
    shown = next((number for number, (value, _text) in enumerate(parts) if value), len(parts) - 1)
    return " ".join(text for _value, text in parts[shown:])
