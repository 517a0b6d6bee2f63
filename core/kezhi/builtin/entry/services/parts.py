"""What apps have confirmed with new customers: frozen, shown to who signs, and bound to the signature (CUS-14)."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import Select, bindparam, select, update

from kezhi import SYSTEM, db

from ..models import Line

LINES = Line.__table__
UNSCOPED = {"kezhi_unscoped": True}


def told(ids: Select[Any]) -> dict[int, str]:
    """What stands about these customers now, the texts of all apps in the order of their parts; one statement each."""
    found: dict[int, list[str]] = {}
    offered = current_app.extensions["kezhi"].call.customer_form_parts(customer_id=None, user=SYSTEM)
    for part in sorted(offered, key=lambda each: each.key):
        if part.confirmed is not None:
            for row in db.session.execute(part.confirmed(ids), execution_options=UNSCOPED):
                found.setdefault(row.customer_id, []).append(row.text)
    return {customer_id: " · ".join(texts) for customer_id, texts in found.items()}


def freeze_parts(submission_id: int) -> None:
    """Put it into the rows that are about to be signed."""
    rows = told(select(LINES.c.customer_id).where(LINES.c.submission_id == submission_id))
    if rows:
        one = (LINES.c.submission_id == submission_id, LINES.c.customer_id == bindparam("of"))
        given = [{"of": customer_id, "parts": text} for customer_id, text in rows.items()]
        db.session.connection().execute(update(LINES).where(*one), given)


def changed_parts(submission_id: int) -> list[int]:
    """The customers of whom something else stands by now than what was signed."""
    mine = LINES.c.submission_id == submission_id
    now = told(select(LINES.c.customer_id).where(mine))
    signed = select(LINES.c.customer_id, LINES.c.parts).where(mine, LINES.c.parts != "")
    before = {row.customer_id: row.parts for row in db.session.execute(signed)}
    return [each for each in before.keys() | now.keys() if before.get(each, "") != now.get(each, "")]
