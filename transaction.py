"""Transactions and rows, past the ORM.

The one place where the addon ends a transaction on purpose: only for scheduled actions, which own their cursor.
"""

from psycopg2.errors import DeadlockDetected, SerializationFailure

from odoo.sql_db import Cursor
from odoo.tools import SQL

TRIES = 5
# Somebody else changed a row at the same moment.
CONCURRENCY = (DeadlockDetected, SerializationFailure)


def fresh_transaction(env):
    """Commit what was done, and begin a READ COMMITTED transaction.

    Mass work takes rows in chunks while people work on others. Under Odoo's REPEATABLE READ a row that changed since
    the snapshot aborts the chunk; under READ COMMITTED PostgreSQL locks the newest version of the row and tests the
    condition on it again. The isolation level holds until the next commit. The test runner's cursors are savepoints
    of one transaction: they keep their level.
    """
    end_transaction(env)
    if isinstance(env.cr, Cursor):
        env.cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")


def lock_rows(records):
    """Hold the rows of these records for the rest of the transaction, so that what is checked of them stays true.

    In the order of their ids, so that two batches wait for each other instead of a deadlock. Whoever comes second under
    Odoo's REPEATABLE READ waits, is told by the database that the rows changed, and is begun again by Odoo.
    """
    records.browse().flush_model()
    # SQL: `lock_for_update` skips rows that somebody holds, and we must wait for them. NO KEY: foreign keys to the rows
    # stay free.
    records.env.cr.execute(
        SQL(
            "SELECT FROM %s WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            SQL.identifier(records._table),
            list(records.ids),
        )
    )


def insert_rows(model, vals_list):
    """Insert rows that have nothing to compute, as each transfer of stock adds some: create() takes twice as long.

    :param model: the empty recordset; what the rows refer to is inserted already, and caches are the caller's matter
    :param list vals_list: the same columns in each
    :return: the records, in this order
    """
    if not vals_list:
        return model
    names = list(vals_list[0])
    rows = model.env.execute_query(
        SQL(
            "INSERT INTO %s (%s) VALUES %s RETURNING id",
            SQL.identifier(model._table),
            SQL(", ").join(map(SQL.identifier, names)),
            SQL(", ").join(SQL("%s", tuple(vals[name] or None for name in names)) for vals in vals_list),
        )
    )
    return model.browse([row_id for (row_id,) in rows])


def end_transaction(env):
    """Commit, so that no transaction is open while somebody far away is waited for."""
    env.cr.commit()  # pylint: disable=invalid-commit


def transact(env, work):
    """Do `work` in a READ COMMITTED transaction of its own and commit it; again when another one got in its way.

    Odoo repeats a request after such an error, but nothing that a scheduled action runs.

    :return: what `work` returned
    :raise psycopg2.errors.SerializationFailure: another one got in its way each time
    """
    for left in reversed(range(TRIES)):
        fresh_transaction(env)
        try:
            result = work()
            end_transaction(env)
            return result
        except CONCURRENCY:
            env.cr.rollback()
            if not left:
                raise
