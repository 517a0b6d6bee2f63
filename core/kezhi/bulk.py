"""The only way to write many rows at once: one statement, one announcement, one audit entry."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import current_app
from sqlalchemy import Executable

from . import audit, restrictions
from .db import before_commit, db

#: ``after_change`` gets a list up to here, a ``Select`` of ids above.
MOST_KEYS = 500


def announce(model: type, change: str, keys: Any, columns: Collection[str] | None = None) -> None:
    """Tell the plugins that rows of ``model`` changed (hook ``after_change``), inside the open transaction."""
    kernel = current_app.extensions["kezhi"]
    kernel.call.after_change(model=model, change=change, keys=keys, columns=columns)
    if any(plugin.restricts for plugin in kernel.plugins.values()):
        before_commit(restrictions.follow)


def bulk_write(statement: Executable, *, model: type, change: str, keys: Any, action: str, **payload: Any) -> int:
    """Execute a set-based insert, update or delete; announce it once; audit it once with its count.

    ``keys`` is a list of ids or a ``Select`` of ids that is still true after the statement. Returns the number of
    rows. Nothing is announced or audited for no rows.
    """
    # PostgreSQL gives the count of an INSERT … SELECT only when asked to keep it
    result: Any = db.session.execute(statement, execution_options={"preserve_rowcount": True})
    count = int(result.rowcount)
    if count < 0:  # of a statement that begins with WITH the driver of SQLite counts nothing
        count = db.session.connection().exec_driver_sql("SELECT changes()").scalar_one()
    if count:
        announce(model, change, keys)
        audit.record(action, getattr(model, "__tablename__", model.__name__), change=change, count=count, **payload)
    return count
