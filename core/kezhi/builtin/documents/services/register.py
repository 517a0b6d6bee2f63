"""The register of issued documents."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement

from kezhi import NotFound, db, visible
from kezhi.i18n import _

from ..models import Issue
from .kinds import kinds


def issue_by_id(issue_id: int) -> Issue:
    """An issued document. Errors: ``NotFound``, also when the user may not read it."""
    return _one(Issue.id == issue_id)


def issue_by_number(number: str) -> Issue:
    """As :func:`issue_by_id`, named by its number."""
    return _one(Issue.number == number.strip())


def _one(condition: ColumnElement[bool]) -> Issue:
    found: Issue | None = db.session.scalars(visible(Issue).where(condition)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such document."))
    return found


def issues_of(key: str, record_id: int, limit: int = 20) -> list[Issue]:
    """What was issued of a record, newest first."""
    kind = kinds().get(key)
    if kind is None:
        return []
    column: Any = Issue.customer_id if kind.is_about_customer else Issue.record_id
    statement = visible(Issue).where(Issue.kind == key, column == record_id)
    return list(db.session.scalars(statement.order_by(Issue.id.desc()).limit(limit)))
