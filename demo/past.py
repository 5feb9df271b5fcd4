"""A clock for the demo: what is told of the past happens in the past, by the addon's own methods."""

from contextlib import contextmanager
from threading import Lock, get_ident

from odoo import fields

_one_at_a_time = Lock()


class Past:
    """The moment at which this thread lives; none: now."""

    moment = None


@contextmanager
def past():
    """Provide a Past whose moment is this thread's `fields.Datetime.now()`; all other threads keep the real one."""
    with _one_at_a_time:
        clock, thread, real = Past(), get_ident(), fields.Datetime.now

        def now(*_args):
            return clock.moment if clock.moment and get_ident() == thread else real()

        fields.Datetime.now = staticmethod(now)
        try:
            yield clock
        finally:
            fields.Datetime.now = staticmethod(real)
