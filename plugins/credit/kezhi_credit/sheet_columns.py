"""Columns of the list of credit rating sheets (CRD-02)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, select

from kezhi import Choice, Column, Filter
from kezhi import lazy_gettext as _l

from .columns import ACCOUNTS, CLASS
from .investigation_columns import customer_columns
from .labels import SHEET_LABELS, STATE_TONES
from .models import Sheet
from .services.classes import CLASSES, present_terms


def sheet_columns() -> list[Column]:
    """Whose sheet it is, what was suggested, proposed and decided, by whom."""
    own: Any = Sheet
    return [
        Column("number", _l("Sheet number"), own.number, default=True, render="code", order=10,
               filter=Filter("text", apply=lambda text: own.number.icontains(text.strip(), autoescape=True))),
        *customer_columns(own),
        Column("state", _l("Status"), own.state, default=True, render="chip", order=30,
               filter=Filter("choice", lambda: [Choice(key, label) for key, label in SHEET_LABELS.items()]),
               extra=(case(STATE_TONES, value=own.state),)),
        _class("suggested", _l("By the score"), CLASSES.c.key == own.suggested_key, 40),
        _class("proposed", _l("Proposed class"), CLASSES.c.id == own.proposed_id, 41),
        _class("decided", _l("Class given"), CLASSES.c.id == own.decided_id, 42),
        Column("filled_by", _l("Sheet filled in by"), _person(own.filled_by), default=True, render="person", order=50),
        Column("filled_on", _l("Filled in on"), own.filled_on, sortable=True, default=True, render="date", order=51,
               filter=Filter("date")),
        Column("decided_by", _l("Class decided by"), _person(own.decided_by), render="person", order=60),
        Column("decided_at", _l("Decided at"), own.decided_at, render="instant", order=61),
    ]  # fmt: skip


def _class(key: str, label: Any, which: Any, order: int) -> Column:
    terms = present_terms().subquery()
    letter = select(CLASSES.c.key).where(which).correlate(Sheet).scalar_subquery()
    tone = select(terms.c.tone).select_from(terms.join(CLASSES, CLASSES.c.id == terms.c.id)).where(which)
    return Column(key, label, letter, default=True, render=CLASS, order=order,
                  extra=(tone.correlate(Sheet).scalar_subquery(),))  # fmt: skip


def _person(login: Any) -> Any:
    return select(ACCOUNTS.c.name).where(ACCOUNTS.c.login == login).correlate(Sheet).scalar_subquery()
