"""Freezing the cards of all customers at the end of a period, set-based, and letting old ones go (CUS-15)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Text, cast, delete, func, insert, literal, or_, select, update

from kezhi import Period, audit_record, clock, db, setting, writing

from ...accounts.models import Account, Department
from ...customers.models import Customer
from ...policy.periods import next_workday, period_of
from ..json_sql import json_array
from ..models import RHYTHMS, Card, CardPeriod
from .figures import figures, manifest, value_or_none

CUSTOMERS, CARDS, PERIODS = Customer.__table__, Card.__table__, CardPeriod.__table__
#: customers written in one transaction, so that nobody waits long for it
CHUNK = 50_000
#: a period that ended longer ago is not frozen any more: today's values are not those of then
MOST_LATE = timedelta(days=31)
OWN = ("code", "name", "business_type", "stage", "region")
QUIET = {"synchronize_session": False}


def last_ended(rhythm: Any, today: date) -> Period:
    """The month, quarter or year that ended last."""
    return period_of(rhythm, period_of(rhythm, today).start - timedelta(days=1))


def freeze_due(today: date | None = None) -> list[int]:
    """Freeze what ended last, from the first working day after it; answers the ids of the periods."""
    from ...calendar.services import is_workday

    today = today or clock.today()
    made = []
    for rhythm in RHYTHMS:
        period = last_ended(rhythm, today)
        first = next_workday(period.end + timedelta(days=1), is_workday)
        if setting("cards", f"take_{rhythm}") and first <= today <= period.end + MOST_LATE:
            taken = select(CardPeriod.id).where(
                CardPeriod.rhythm == rhythm, CardPeriod.start == period.start, CardPeriod.taken_at.is_not(None)
            )
            if db.session.scalar(taken) is None:
                made.append(freeze(rhythm, period))
    return made


def freeze(rhythm: str, period: Period, *, chunk: int = CHUNK) -> int:
    """Write the cards of all customers; answers the id of the period. What was begun before is gone on with.

    Every ``chunk`` customers are one INSERT … SELECT in a transaction of its own. Prospects have no card.
    """
    period_id = _begin(rhythm, period)
    while True:
        with writing():
            reached = db.session.scalar(select(CardPeriod.reached).where(CardPeriod.id == period_id)) or 0
            waiting = select(CUSTOMERS.c.id).where(CUSTOMERS.c.id > reached, CUSTOMERS.c.code.is_not(None))
            part = waiting.order_by(CUSTOMERS.c.id).limit(chunk).subquery()
            upto = db.session.scalar(select(func.max(part.c.id)))
            if upto is None:
                _finish(period_id)
                return period_id
            _write(period_id, period, reached, upto)
            _note(period_id, reached=upto)


def _begin(rhythm: str, period: Period) -> int:
    with writing():
        known = select(CardPeriod.id).where(CardPeriod.rhythm == rhythm, CardPeriod.start == period.start)
        found = db.session.scalar(known)
        if found is not None:
            return int(found)
        row = CardPeriod(
            rhythm=rhythm,
            start=period.start,
            end=period.end,
            figures=manifest(figures()),
            count=0,
            reached=0,
            began_at=clock.now(),
            taken_at=None,
        )
        db.session.add(row)
        db.session.flush()
        return int(row.id)


def _write(period_id: int, period: Period, reached: int, upto: int) -> None:
    """One statement: the values of the record beside those of every app, joined by the customer."""
    population = select(CUSTOMERS.c.id).where(
        CUSTOMERS.c.id > reached, CUSTOMERS.c.id <= upto, CUSTOMERS.c.code.is_not(None)
    )
    kept = db.session.scalar(select(CardPeriod.figures).where(CardPeriod.id == period_id)) or []
    offered = {figure.key: figure for figure in figures()}
    source: Any = CUSTOMERS.outerjoin(Account, Account.id == CUSTOMERS.c.owner_id)
    source = source.outerjoin(Department, Department.id == CUSTOMERS.c.department_id)
    values: list[Any] = []
    grade: Any = literal("")
    for entry in kept:
        figure = offered.get(entry["key"])
        if figure is None:  # its app went away while the cards were being written
            values.append(literal(None))
            continue
        table = figure.select(period, population).subquery()
        columns = list(table.c)
        source = source.outerjoin(table, columns[0] == CUSTOMERS.c.id)
        values.append(value_or_none(figure, columns[1]))
        if entry["classifies"]:
            grade = func.coalesce(cast(columns[1], Text), "")
    rows = select(
        literal(period_id),
        CUSTOMERS.c.id,
        *(CUSTOMERS.c[name] for name in OWN),
        func.coalesce(Account.name, ""),
        func.coalesce(Department.name, ""),
        grade,
        json_array(*values),
    ).select_from(source)
    columns_of_card = ["period_id", "customer_id", *OWN, "owner", "department", "grade", "figures"]
    db.session.execute(insert(CARDS).from_select(columns_of_card, rows.where(CUSTOMERS.c.id.in_(population))))


def _finish(period_id: int) -> None:
    count = db.session.scalar(select(func.count()).where(CARDS.c.period_id == period_id)) or 0
    _note(period_id, count=count, taken_at=clock.now())
    audit_record("cards.freeze", "cards", period_id, count=count)


def _note(period_id: int, **values: Any) -> None:
    db.session.execute(update(CardPeriod).where(CardPeriod.id == period_id).values(**values), execution_options=QUIET)


def prune(today: date | None = None, *, chunk: int = CHUNK) -> int:
    """Let the cards go of periods beyond those that the company keeps; answers how many periods went."""
    ids = list(db.session.scalars(select(CardPeriod.id).where(or_(*_beyond(today or clock.today())))))
    db.session.rollback()
    for period_id in ids:
        while True:
            with writing():
                part = select(CARDS.c.id).where(CARDS.c.period_id == period_id).order_by(CARDS.c.customer_id)
                gone: Any = db.session.execute(delete(CARDS).where(CARDS.c.id.in_(part.limit(chunk))))
                if gone.rowcount < chunk:
                    db.session.execute(delete(PERIODS).where(PERIODS.c.id == period_id))
                    audit_record("cards.prune", "cards", period_id)
                    break
    return len(ids)


def _beyond(today: date) -> list[Any]:
    conditions: list[Any] = [literal(False)]
    every: tuple[Any, ...] = RHYTHMS
    for rhythm in every:
        keep = int(setting("cards", f"keep_{rhythm}") or 0)
        if keep:
            oldest = period_of(rhythm, today)
            for _turn in range(keep):
                oldest = period_of(rhythm, oldest.start - timedelta(days=1))
            conditions.append((CardPeriod.rhythm == rhythm) & (CardPeriod.start < oldest.start))
    return conditions
