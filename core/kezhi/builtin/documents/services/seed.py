"""What the builtin starts with."""

from __future__ import annotations

from kezhi import db

from ..models import LETTERHEAD, Letterhead


def seed() -> None:
    """An empty letterhead, in the open write transaction."""
    db.session.add(Letterhead(id=LETTERHEAD, company="", address="", phone="", email="", footer="", version=1))
    db.session.flush()
