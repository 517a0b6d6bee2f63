"""How the grades of a run differ from those in force before it: counts, the list of movers, who lacks a figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select

from kezhi import db
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.customers.models import Customer
from kezhi.figures import sql_count, sql_int, sql_total

from ..json_sql import json_text
from ..models import PUBLISHED, CurrentGrade, Result, Run, SchemeVersion
from ..scheme import Scheme
from .queries import seen
from .standing import merged, published_versions

CURRENT: Any = CurrentGrade.__table__
RESULT: Any = Result.__table__
customers = Customer.__table__.c

#: how a grade can stand to the one in force before; ``kept``: no grade in this run, what was in force stays
KINDS = ("up", "down", "new", "same", "kept")


@dataclass(frozen=True, slots=True)
class Before:
    """The grades in force before a run as expressions beside its results, to which ``joined`` adds them.

    What was in force before a published run was written down when it was published. A run that is not is compared
    with what is in force now.
    """

    grade: Any
    order: Any
    score: Any
    condition: ColumnElement[bool] | None  #: how CurrentGrade joins; None where the result itself says it

    def joined(self, statement: Select[Any]) -> Select[Any]:
        return statement if self.condition is None else statement.outerjoin(CURRENT, self.condition)


def before(run: Run) -> Before:
    """Where the grades before a run are read."""
    if run.state == PUBLISHED:
        return Before(RESULT.c.previous_grade, RESULT.c.previous_order, None, None)
    condition = and_(CURRENT.c.customer_id == RESULT.c.customer_id, CURRENT.c.scheme_key == run.scheme_key)
    return Before(CURRENT.c.grade, CURRENT.c.grade_order, CURRENT.c.score, condition)


def kind_of(order: Any, order_before: Any) -> ColumnElement[str]:
    """Which of ``KINDS`` the step from one place to another is."""
    return case(
        (order.is_(None), "kept"),
        (order_before.is_(None), "new"),
        (order < order_before, "up"),
        (order > order_before, "down"),
        else_="same",
    )


def lacks(key: str) -> ColumnElement[bool]:
    """Whether the figure of a criterion was missing (GRD-06)."""
    return json_text(RESULT.c.criteria, key, "missing").is_not(None)


def lacks_any(scheme: Scheme) -> ColumnElement[bool]:
    """Whether the figure of any criterion was missing."""
    return or_(false(), *(lacks(criterion.key) for criterion in scheme.criteria))


@dataclass(frozen=True, slots=True)
class Moves:
    """Customers by grade before and grade now; None stands for no grade."""

    pairs: Mapping[tuple[str | None, str | None], int] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    missing: int = 0  #: customers without a figure for some criterion
    missing_by: Mapping[str, int] = field(default_factory=dict)  #: the same per criterion

    @property
    def everybody(self) -> int:
        return sum(self.pairs.values())

    @property
    def before(self) -> dict[str | None, int]:
        return _sums((old, count) for (old, _new), count in self.pairs.items())

    @property
    def now(self) -> dict[str | None, int]:
        return _sums((new, count) for (_old, new), count in self.pairs.items())

    @property
    def moved(self) -> int:
        return self.kinds.get("up", 0) + self.kinds.get("down", 0)


def _sums(parts: Any) -> dict[str | None, int]:
    found: Counter[str | None] = Counter()
    for key, count in parts:
        found[key] += count
    return dict(found)


def moves(run: Run, scheme: Scheme, *, everybody: bool = False) -> Moves:
    """Counts over ``everybody``, else over the customers that the acting user sees: one statement."""
    old = before(run)
    parts = (old.grade, RESULT.c.grade, kind_of(RESULT.c.grade_order, old.order))
    lacking = [lacks_any(scheme), *(lacks(criterion.key) for criterion in scheme.criteria)]
    counted = [sql_count(), *(sql_total(case((condition, sql_int(1)), else_=sql_int(0))) for condition in lacking)]
    statement = old.joined(select(*parts, *counted).select_from(RESULT)).where(RESULT.c.run_id == run.id)
    grouped = statement.where(*([] if everybody else seen())).group_by(*parts)
    pairs: Counter[Any] = Counter()
    kinds: Counter[str] = Counter()
    missing = [0] * len(lacking)
    for earlier, now, kind, count, *lacked in db.session.execute(grouped):
        pairs[earlier, now] += int(count)
        kinds[kind] += int(count)
        missing = [total + int(more or 0) for total, more in zip(missing, lacked, strict=True)]
    keys = [criterion.key for criterion in scheme.criteria]
    return Moves(dict(pairs), dict(kinds), missing[0], dict(zip(keys, missing[1:], strict=True)))


@dataclass(frozen=True, slots=True)
class Mover:
    """A customer whose grade changes. ``score_before`` is None where it is not known or rules decide."""

    customer_id: int
    code: str
    name: str
    owner: str | None
    previous: str
    grade: str
    up: bool
    score: int | None
    score_before: int | None


def movers(run: Run, limit: int = 50) -> list[Mover]:
    """Customers whose grade in force a run changes, the largest steps first: one statement."""
    old = before(run)
    distance = func.abs(RESULT.c.grade_order - old.order)
    score_before = func.nullif(sql_int(0), sql_int(0)) if old.score is None else old.score
    columns = (RESULT.c.customer_id, RESULT.c.code, RESULT.c.name, owner_name(RESULT.c.customer_id), old.grade,
               RESULT.c.grade, RESULT.c.grade_order < old.order, RESULT.c.score, score_before)  # fmt: skip
    statement = old.joined(select(*columns).select_from(RESULT)).where(RESULT.c.run_id == run.id)
    statement = statement.where(RESULT.c.grade_order != old.order, *seen())
    rows = db.session.execute(statement.order_by(distance.desc(), RESULT.c.customer_id).limit(limit))
    return [Mover(*row) for row in rows]


def owner_name(customer_id: Any) -> Any:
    """The name of the person who is responsible for a customer, as an expression."""
    joined = select(Account.name).join(Customer.__table__, customers.owner_id == Account.id)
    return joined.where(customers.id == customer_id).scalar_subquery()


def tones(run: Run, version: SchemeVersion) -> dict[str, str]:
    """The tones of every grade that may stand before or after a run of this version."""
    versions = [version, *published_versions(run.scheme_key)]
    return {grade.key: grade.tone for grade in merged(versions)}
