"""Mass work beside people: it goes at full speed while nobody else uses the database, and else gives way."""

from time import sleep

from odoo.tools import SQL

from .transaction import end_transaction


def spread_out(env, pieces, seconds, longest):
    """Yield the pieces of some work; pause before each, with no transaction open, if others did something meanwhile.

    Somebody who changes a row at the same moment as mass work does has to do it again, a second later. The longer the
    work takes as a whole, the fewer they are; and the processors are theirs most of the time.

    :param list pieces: the work, each a transaction or a few
    :param seconds: over how long to spread it while others are at work
    :param longest: of a pause (s)
    """
    looked_at = None
    for piece in pieces:
        busy, looked_at = _others_at_work(env, looked_at)
        end_transaction(env)
        if busy:
            sleep(min(longest, seconds / len(pieces)))
        yield piece


def _others_at_work(env, since):
    """Whether any other connection of the database did something since then, and when it was looked at."""
    # SQL: PostgreSQL alone knows what other processes and hosts do. Connections that nobody uses, or that wait in a
    # transaction, as the scheduler's own while it runs a job, did nothing. The function costs a seventh of its view.
    [found] = env.execute_query(
        SQL(
            """SELECT COALESCE(max(state_change) > %s, FALSE), clock_timestamp()
                 FROM pg_stat_get_activity(NULL)
                WHERE datid = (SELECT oid FROM pg_database WHERE datname = current_database())
                  AND backend_type = 'client backend' AND pid <> pg_backend_pid()""",
            since,
        )
    )
    return found
