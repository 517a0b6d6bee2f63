"""Reading runs and results; people see the results of the customers that they may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select

from kezhi import ALL, NotFound, User, db, visible_ids
from kezhi.builtin.customers.models import Customer

from ..models import PUBLISHED, CurrentGrade, Result, Run, SchemeVersion
from ..scheme import Scheme
from ..spans import figure_columns
from ..words import _


def runs(limit: int = 200) -> list[tuple[Run, SchemeVersion]]:
    """The newest runs with the versions they ran."""
    statement = select(Run, SchemeVersion).join(SchemeVersion, SchemeVersion.id == Run.scheme_id)
    return [(run, version) for run, version in db.session.execute(statement.order_by(Run.id.desc()).limit(limit))]


def run_by_number(number: int) -> Run:
    """Errors: ``NotFound``."""
    run = db.session.scalars(select(Run).where(Run.number == number)).one_or_none()
    if run is None:
        raise NotFound(_("There is no grading run %(number)s.", number=number))
    return run


def version_of(run: Run) -> SchemeVersion:
    """The version of the scheme that a run ran."""
    return db.session.get_one(SchemeVersion, run.scheme_id)


def visible_results(run: Run) -> Select[Any]:
    """``select(Result)`` of a run, narrowed to the customers that the acting user sees."""
    return select(Result).where(Result.run_id == run.id, *seen())


def of_visible_customers(user: User) -> Any:
    """Grants: grades and their reasons are seen by who sees the customer."""
    ids = visible_ids(Customer, user)
    return ALL if ids is None else [ids]


def seen() -> list[ColumnElement[bool]]:
    """The condition that narrows results to visible customers; none for who sees all."""
    ids = visible_ids(Customer)
    return [] if ids is None else [Result.customer_id.in_(ids)]


def result_columns(scheme: Scheme) -> list[str]:
    """The header of a run's results as a table."""
    if scheme.is_threshold:
        return ["code", "score", "grade", *figure_columns(scheme)]
    figures = [f"{criterion.key}_{what}" for criterion in scheme.criteria for what in ("value", "points")]
    return ["code", "score", "grade", *figures]


@dataclass(frozen=True, slots=True)
class Changes:
    """How a run's grades differ from those in force (for a published run: from those before it)."""

    new: int
    up: int
    down: int
    same: int
    kept: int  #: no grade in this run: what was in force stays

    @property
    def moved(self) -> int:
        return self.up + self.down


def before(run: Run) -> tuple[Any, Any, Select[Any]]:
    """The grade and its order before a run, and a select of its results to which both belong."""
    if run.state == PUBLISHED:
        return Result.previous_grade, Result.previous_order, select(Result).where(Result.run_id == run.id)
    in_force = and_(CurrentGrade.customer_id == Result.customer_id, CurrentGrade.scheme_key == run.scheme_key)
    base = select(Result).outerjoin(CurrentGrade, in_force).where(Result.run_id == run.id)
    return CurrentGrade.grade, CurrentGrade.grade_order, base


def visible_counts(run: Run) -> dict[str | None, int]:
    """Customers per grade, None for those without, among those that the acting user sees: one statement."""
    statement = select(Result.grade, func.count()).where(Result.run_id == run.id, *seen()).group_by(Result.grade)
    return {grade: int(count) for grade, count in db.session.execute(statement)}


def changes(run: Run, *, everybody: bool = False) -> Changes:
    """Counts over ``everybody``, else over the customers that the acting user sees: one statement."""
    _grade, order, base = before(run)
    kind = case(
        (Result.grade_order.is_(None), "kept"),
        (order.is_(None), "new"),
        (Result.grade_order < order, "up"),
        (Result.grade_order > order, "down"),
        else_="same",
    )
    statement = base.where(*([] if everybody else seen())).with_only_columns(kind, func.count()).group_by(kind)
    found: dict[str, int] = {name: int(count) for name, count in db.session.execute(statement)}
    return Changes(**{name: found.get(name, 0) for name in ("new", "up", "down", "same", "kept")})


@dataclass(frozen=True, slots=True)
class Mover:
    """A customer whose grade changes by a run."""

    result: Result
    previous: str
    up: bool


def movers(run: Run, limit: int = 50) -> list[Mover]:
    """Customers whose grade in force a run changes, the largest steps first."""
    grade, order, base = before(run)
    distance = func.abs(Result.grade_order - order)
    statement = (
        base.where(Result.grade_order != order, *seen())
        .add_columns(grade, order)
        .order_by(distance.desc(), Result.customer_id)
        .limit(limit)
    )
    return [
        Mover(result, previous, (result.grade_order or 0) < place)
        for result, previous, place in db.session.execute(statement)
    ]
