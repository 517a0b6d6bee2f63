"""How people are called on pages and documents."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kezhi import db
from kezhi.builtin.accounts.models import Account

ACCOUNTS: Any = Account.__table__


def person_name(person_id: int | None) -> str:
    """The name of a person, also of one who has left; empty for nobody."""
    return str(db.session.scalar(select(ACCOUNTS.c.name).where(ACCOUNTS.c.id == person_id)) or "")
