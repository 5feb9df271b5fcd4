"""The one place where the addon ends a transaction on purpose."""

from odoo.sql_db import Cursor


def fresh_transaction(env):
    """Commit what was done, and begin a READ COMMITTED transaction.

    Mass work takes rows in chunks while people work on others. Under Odoo's REPEATABLE READ a row that changed since
    the snapshot aborts the chunk; under READ COMMITTED PostgreSQL locks the newest version of the row and tests the
    condition on it again. The isolation level holds until the next commit. Only for scheduled actions, which own
    their cursor. The test runner's cursors are savepoints of one transaction: they keep their level.
    """
    env.cr.commit()  # pylint: disable=invalid-commit
    if isinstance(env.cr, Cursor):
        env.cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
