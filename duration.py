"""Seconds, as people read them."""

from .credit import DAY


def duration_text(env, seconds):
    """On-time in days, hours, min and seconds, in the user's language; leading zeros are left out."""
    days, rest = divmod(max(0, int(seconds)), DAY)
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


def change_text(env, seconds):
    """On-time that was added or taken back, with its sign."""
    sign = "+" if seconds > 0 else "−"
    return f"{sign}{duration_text(env, abs(seconds))}"
