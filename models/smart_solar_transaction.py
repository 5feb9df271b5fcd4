"""Short transactions around long calls."""

import psycopg2.errors

from ..database import fresh_transaction

_TRIES = 5
_CONCURRENCY = (psycopg2.errors.DeadlockDetected, psycopg2.errors.SerializationFailure)


def transact(env, work):
    """Do `work` in a READ COMMITTED transaction of its own and commit it; again when another one got in its way.

    Odoo repeats a request after such an error, but nothing that a scheduled action runs.

    :return: what `work` returned
    """
    for left in reversed(range(_TRIES)):
        fresh_transaction(env)
        try:
            result = work()
            end_transaction(env)
            return result
        except _CONCURRENCY:
            env.cr.rollback()
            if not left:
                raise


def end_transaction(env):
    """Commit, so that no transaction is open while somebody far away is waited for."""
    env.cr.commit()  # pylint: disable=invalid-commit
