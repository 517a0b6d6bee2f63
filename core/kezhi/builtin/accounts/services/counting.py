"""How many rows a conditional statement reached: what it was meant for is there, or somebody was faster."""

from __future__ import annotations

from typing import Any

from kezhi import db


def rows_reached(statement: Any) -> int:
    """Execute an update or delete in the open transaction; objects that are loaded do not follow it."""
    result: Any = db.session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)
