"""Reading runs and results; people see the results of the customers that they may see."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from kezhi import ALL, NotFound, User, db, visible_ids
from kezhi.builtin.customers.models import Customer

from ..models import Result, Run, SchemeVersion
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
