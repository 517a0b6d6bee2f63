"""Grades take effect: set-based, in the caller's transaction."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, Text, case, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kezhi import bulk_write, db
from kezhi.db import BigInt

from ..models import CurrentGrade, Result, Run
from .notices import owe_notices
from .queries import version_of
from .schemes import scheme_of
from .standing import merged, published_versions

RESULT: Any = Result.__table__
CURRENT: Any = CurrentGrade.__table__


def put_in_force(run: Run, day: date) -> None:
    """Note the grades in force before, then replace them; who has no grade in the run keeps what was in force.

    Whose grade is new or another is owed a notice (GRD-13).

    A grade that took effect later than ``day`` stays.
    """
    _note_previous(run)
    bulk_write(
        _upsert(run, day),
        model=CurrentGrade,
        change="update",
        keys=select(CURRENT.c.customer_id).where(CURRENT.c.run_id == run.id),
        action="grading.publish",
        run=run.id,
    )
    _order_kept(run)
    owe_notices(run, day)


def _order_kept(run: Run) -> None:
    """Grades kept from earlier versions take the places that the new version leaves them."""
    versions = published_versions(run.scheme_key)
    order = {grade.key: number for number, grade in enumerate(merged([version_of(run), *versions]), 1)}
    place = case(order, value=CURRENT.c.grade, else_=CURRENT.c.grade_order)
    kept = (CURRENT.c.scheme_key == run.scheme_key, CURRENT.c.run_id != run.id)
    bulk_write(
        update(CURRENT).where(*kept, CURRENT.c.grade_order != place).values(grade_order=place),
        model=CurrentGrade,
        change="update",
        keys=select(CURRENT.c.customer_id).where(*kept),
        action="grading.current.order",
        run=run.id,
    )


def _note_previous(run: Run) -> None:
    in_force = (CURRENT.c.customer_id == RESULT.c.customer_id, CURRENT.c.scheme_key == run.scheme_key)
    values = {
        "previous_grade": select(CURRENT.c.grade).where(*in_force).scalar_subquery(),
        "previous_order": select(CURRENT.c.grade_order).where(*in_force).scalar_subquery(),
    }
    bulk_write(
        update(RESULT).where(RESULT.c.run_id == run.id).values(**values),
        model=Result,
        change="update",
        keys=select(RESULT.c.customer_id).where(RESULT.c.run_id == run.id),
        action="grading.results.previous",
        run=run.id,
    )


def _upsert(run: Run, day: date) -> Any:
    from kezhi.builtin.customers.models import Customer

    customers: Any = Customer.__table__
    scheme = scheme_of(version_of(run))
    tone = case(*((RESULT.c.grade == grade.key, literal(grade.tone, Text())) for grade in scheme.grades))
    rows = (
        select(
            RESULT.c.customer_id,
            literal(run.scheme_key, Text()),
            RESULT.c.grade,
            RESULT.c.grade_order,
            tone,
            RESULT.c.score,
            literal(run.id, BigInt),
            literal(day, Date()),
        )
        .join(customers, customers.c.id == RESULT.c.customer_id)  # those deleted since then are left out
        .where(RESULT.c.run_id == run.id, RESULT.c.grade.is_not(None))
    )
    names = ["customer_id", "scheme_key", "grade", "grade_order", "tone", "score", "run_id", "effective_from"]
    dialect: Any = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(CURRENT).from_select(names, rows)
    return statement.on_conflict_do_update(
        index_elements=[CURRENT.c.customer_id, CURRENT.c.scheme_key],
        set_={name: statement.excluded[name] for name in names[2:]},
        where=CURRENT.c.effective_from <= statement.excluded.effective_from,
    )
