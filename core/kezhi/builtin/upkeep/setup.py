"""When this builtin begins on a company that worked before."""

from __future__ import annotations

from sqlalchemy import select

from kezhi import clock, db, set_setting

from ..customers.models import Customer


def begin() -> None:
    """Where there are customer files already, what was due before today was asked of nobody. Inside ``writing()``."""
    there = db.session.scalar(select(Customer.__table__.c.id).limit(1))
    if there is not None:
        set_setting("upkeep", "asked_since", clock.today())
