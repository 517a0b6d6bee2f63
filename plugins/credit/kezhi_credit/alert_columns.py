"""Columns of the list of alerts (CRD-06)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, select

from kezhi import Choice, Column, Filter
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.models import Account
from kezhi.cells import Cell, Renderer

from .columns import CLASS, today
from .labels import ALERT_LABELS, ALERT_TONES, DECIDED, MEASURE_LABELS, SIGN_LABELS, SIGN_TONES, UNDECIDED
from .models import Alert, Measure
from .services.classes import CLASSES, present_terms
from .services.standing import CUSTOMERS, RATINGS
from .words import sign_said


def _said(cell: Cell) -> str:
    return "" if cell.value is None else sign_said(str(cell.value), int(cell.extra[0]))


#: What was found: the sign with its figure as a sentence.
FOUND = Renderer(_said, _said, labelled=False, phone="x")


def alert_columns() -> list[Column]:
    """Whose alert it is, what was found and since when, and what was decided."""
    whose = CUSTOMERS.c.id == Alert.customer_id

    def of_customer(column: Any) -> Any:
        return select(column).where(whose).correlate(Alert).scalar_subquery()

    def with_text(column: Any, text: str) -> Any:
        chosen = select(CUSTOMERS.c.id).where(column.icontains(text.strip(), autoescape=True))
        return Alert.customer_id.in_(chosen)

    people: Any = Account.__table__
    owned = CUSTOMERS.join(people, people.c.id == CUSTOMERS.c.owner_id)
    owner = select(people.c.name).select_from(owned).where(whose).correlate(Alert).scalar_subquery()
    state: Any = case((Alert.measure_id.is_(None), UNDECIDED), else_=DECIDED)
    measures: Any = Measure.__table__
    measure = select(measures.c.kind).where(measures.c.id == Alert.measure_id).correlate(Alert).scalar_subquery()
    return [
        Column("customer", _l("Customer"), of_customer(CUSTOMERS.c.name), default=True, render="name", order=10),
        Column("customer_code", _l("Customer code"), of_customer(CUSTOMERS.c.code), render="code",
               filter=Filter("text", apply=lambda text: with_text(CUSTOMERS.c.code, text)), order=11),
        Column("sign", _l("Sign of risk"), Alert.sign, default=True, render="chip", order=20,
               filter=Filter("choice", lambda: _choices(SIGN_LABELS)), extra=(case(SIGN_TONES, value=Alert.sign),)),
        Column("found", _l("What the watch found"), Alert.sign, default=True, render=FOUND, order=30,
               extra=(Alert.figure,)),
        Column("since", _l("Alert since"), Alert.since, sortable=True, default=True, render="date", order=40,
               filter=Filter("date")),
        *_class_columns(),
        Column("owner", _l("Responsible"), owner, default=True, render="person", order=60,
               filter=Filter("text", apply=lambda text: Alert.customer_id.in_(
                   select(CUSTOMERS.c.id).select_from(owned).where(people.c.name.icontains(text, autoescape=True))))),
        Column("state", _l("Status"), state, default=True, render="chip", order=70,
               filter=Filter("choice", lambda: _choices(ALERT_LABELS), _in_state),
               extra=(case(ALERT_TONES, value=state),)),
        Column("measure", _l("Measure"), measure, default=True, order=80,
               filter=Filter("choice", lambda: _choices(MEASURE_LABELS))),
        Column("answer_by", _l("To be decided by"), Alert.answer_by, render="instant", order=90),
    ]  # fmt: skip


def _class_columns() -> list[Column]:
    """The class in which the customer is rated now."""
    newest = (
        select(RATINGS.c.class_id)
        .where(RATINGS.c.customer_id == Alert.customer_id, RATINGS.c.valid_from <= today())
        .order_by(RATINGS.c.valid_from.desc(), RATINGS.c.id.desc())
        .limit(1)
        .correlate(Alert)
        .scalar_subquery()
    )
    terms = present_terms().subquery()
    key = select(CLASSES.c.key).where(CLASSES.c.id == newest).correlate(Alert).scalar_subquery()
    tone = select(terms.c.tone).where(terms.c.id == newest).correlate(Alert).scalar_subquery()
    return [Column("class", _l("Credit class"), key, default=True, render=CLASS, order=50, extra=(tone,))]


def _choices(labels: dict[str, Any]) -> list[Choice]:
    return [Choice(value, label) for value, label in labels.items()]


def _in_state(state: str) -> Any:
    return Alert.measure_id.is_(None) if state == UNDECIDED else Alert.measure_id.is_not(None)
