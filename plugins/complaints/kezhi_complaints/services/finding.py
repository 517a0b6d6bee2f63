"""Complaints by their id."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kezhi import NotFound, db, visible
from kezhi.i18n import _

from ..models import Complaint


def complaint_by_id(complaint_id: int) -> Complaint:
    """The complaint, if the user sees it. Errors: ``NotFound``."""
    found: Complaint | None = db.session.scalars(visible(Complaint).where(Complaint.id == complaint_id)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such complaint."))
    return found


def complaint_behind(row: Any) -> Complaint:
    """The complaint that a row with a ``complaint_id`` is about, also for who sees no more of it than that row."""
    statement = select(Complaint).where(Complaint.id == row.complaint_id)
    return db.session.scalars(statement, execution_options={"kezhi_unscoped": True}).one()


def number_of(complaint_id: int) -> str:
    """The number of a complaint for who entered it without seeing it: the public page."""
    table = Complaint.__table__
    return str(db.session.execute(select(table.c.number).where(table.c.id == complaint_id)).scalar_one())
