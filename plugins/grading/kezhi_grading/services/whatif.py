"""What-if: a scheme tried on every customer and compared with the grades in force; selects only, nothing is stored
(GRD-12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, func, select

from kezhi import Period, db, visible_ids
from kezhi.builtin.customers.models import Customer
from kezhi.contributions import Metric
from kezhi.figures import sql_count, sql_int, sql_total
from kezhi.metrics import all_metrics

from ..compile import ONCE, inputs_from_metrics, population, scored
from ..models import PUBLISHED, CurrentGrade, Run, SchemeVersion
from ..scheme import Scheme
from .computation import check_period, last_full_months, needed_metrics
from .moves import kind_of, owner_name
from .schemes import check_metrics, check_population, primary_key

CURRENT: Any = CurrentGrade.__table__
#: the figure by which grades are weighed, where an app provides it
TURNOVER = "trade.order_amount"
Pair = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Customers and their turnover (minor units) by grade in force and by the scheme; None stands for no grade."""

    pairs: Mapping[Pair, int] = field(default_factory=dict)
    turnover: Mapping[Pair, int] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    turnover_by_kind: Mapping[str, int] = field(default_factory=dict)
    outside: int = 0  #: customers with a grade in force whom the scheme does not grade; they would keep it
    measure: Metric | None = None  #: what turnover is; None where no app provides it

    def by(self, side: int, values: Mapping[Pair, int]) -> dict[str | None, int]:
        """``values`` summed per grade in force (0) or per grade by the scheme (1)."""
        found: Counter[str | None] = Counter()
        for pair, value in values.items():
            found[pair[side]] += value
        return dict(found)


@dataclass(frozen=True, slots=True)
class WouldMove:
    """A customer with its grade in force and the one that the scheme would give."""

    customer_id: int
    code: str
    name: str
    owner: str | None
    previous: str | None
    grade: str | None
    kind: str
    score: int | None
    score_before: int | None
    turnover: int | None


def against(scheme: Scheme) -> str:
    """With whose grades a scheme is compared: its own where it has some in force, else those of the primary one."""
    own = db.session.scalar(select(CURRENT.c.customer_id).where(CURRENT.c.scheme_key == scheme.key).limit(1))
    return scheme.key if own is not None else primary_key()


def usual_period(scheme: Scheme) -> Period:
    """That of the run published last by this scheme, so that the scheme alone makes the difference."""
    last = select(Run.period_start, Run.period_end).where(Run.scheme_key == scheme.key, Run.state == PUBLISHED)
    row = db.session.execute(last.order_by(Run.id.desc()).limit(1)).first()
    return Period(row[0], row[1]) if row else last_full_months(scheme.period_months)


def version_in_force(key: str) -> SchemeVersion | None:
    """The version by which the grades in force were published last."""
    joined = select(SchemeVersion).join(Run, Run.scheme_id == SchemeVersion.id)
    published = joined.where(Run.scheme_key == key, Run.state == PUBLISHED)
    return db.session.scalars(published.order_by(Run.id.desc()).limit(1)).first()


def try_scheme(scheme: Scheme, period: Period, key: str) -> WhatIf:
    """What a scheme would give in ``period``, beside the grades in force by the scheme ``key``: two statements.

    Everybody is graded, for ranks are places among all; counted are the customers that the acting user sees.
    Errors: ``Refused`` for the period, ``SchemeRefused`` for a metric or list entry that there is not.
    """
    check_period(period.start, period.end)
    check_metrics(scheme)
    check_population(scheme)
    parts = _tried(scheme, period, key)
    grouped = (CURRENT.c.grade, parts.graded.c.grade, parts.kind)
    statement = parts.joined(select(*grouped, sql_count(), sql_total(parts.turnover)))
    pairs: Counter[Pair] = Counter()
    money: Counter[Pair] = Counter()
    kinds: Counter[str] = Counter()
    by_kind: Counter[str] = Counter()
    for before, after, kind, count, amount in db.session.execute(statement.group_by(*grouped)):
        pairs[before, after] += int(count)
        money[before, after] += int(amount or 0)
        kinds[kind] += int(count)
        by_kind[kind] += int(amount or 0)
    return WhatIf(dict(pairs), dict(money), dict(kinds), dict(by_kind), _outside(scheme, key), parts.measure)


def would_move(
    scheme: Scheme, period: Period, key: str, narrowed: Mapping[str, str | None] | None = None, limit: int = 50
) -> list[WouldMove]:
    """Customers who would rise or fall, by turnover and then by how far: one statement.

    ``narrowed`` asks instead for everybody with these grades ``before`` and ``after``, None for no grade.
    """
    parts = _tried(scheme, period, key)
    graded = parts.graded.c
    turnover = parts.turnover if parts.measure else func.nullif(sql_int(0), sql_int(0))
    columns = (graded.customer_id, graded.code, graded.name, owner_name(graded.customer_id), CURRENT.c.grade,
               graded.grade, parts.kind, graded.score, CURRENT.c.score, turnover)  # fmt: skip
    sides: dict[str, Any] = {"before": CURRENT.c.grade, "after": graded.grade}
    wanted = [sides[side].is_not_distinct_from(grade) for side, grade in (narrowed or {}).items()]
    distance = func.abs(graded.grade_order - CURRENT.c.grade_order)
    statement = parts.joined(select(*columns)).where(*(wanted or [distance > 0]))
    ordered = statement.order_by(parts.turnover.desc(), distance.desc(), graded.customer_id)
    return [WouldMove(*row) for row in db.session.execute(ordered.limit(limit))]


@dataclass(frozen=True, slots=True)
class _Tried:
    graded: CTE
    kind: ColumnElement[str]
    turnover: Any
    measure: Metric | None
    key: str

    def joined(self, statement: Select[Any]) -> Select[Any]:
        graded = self.graded.c
        in_force = (CURRENT.c.customer_id == graded.customer_id) & (CURRENT.c.scheme_key == self.key)
        found = statement.select_from(self.graded).outerjoin(CURRENT, in_force)
        return found.where(*_seen(graded.customer_id))


def _tried(scheme: Scheme, period: Period, key: str) -> _Tried:
    measure = all_metrics().get(TURNOVER)
    beside = {"turnover": measure} if measure else {}
    inputs = inputs_from_metrics(scheme, needed_metrics(scheme), period, beside=beside)
    graded = scored(scheme, inputs, tuple(beside)).cte("tried").prefix_with(ONCE)
    turnover = func.coalesce(graded.c.turnover, sql_int(0)) if measure else sql_int(0)
    return _Tried(graded, kind_of(graded.c.grade_order, CURRENT.c.grade_order), turnover, measure, key)


def _seen(customer_id: Any) -> list[ColumnElement[bool]]:
    ids = visible_ids(Customer)
    return [] if ids is None else [customer_id.in_(ids)]


def _outside(scheme: Scheme, key: str) -> int:
    if scheme.population.everybody:
        return 0
    outside = select(func.count()).where(CURRENT.c.scheme_key == key, CURRENT.c.customer_id.not_in(population(scheme)))
    return int(db.session.scalar(outside.where(*_seen(CURRENT.c.customer_id))) or 0)
