"""The figures of a report: each is a condition on its rows, by which it is counted and by which its records are listed.

``FLAGS`` and ``PARTS`` are the whole table of figures. Counting takes four statements, however many complaints there
are (CMP-20).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, exists, func, literal, or_, select, union_all

from kezhi import db
from kezhi.builtin.accounts.models import DepartmentClosure
from kezhi.figures import sql_count, sql_total

from ..models import ACTING, BEFORE, INVALID, NOW, PERIODS, RECENT, VALID, YEAR
from .report_rows import ROWS, UNITS

R: Any = ROWS.c
UNIT: Any = UNITS.alias("unit")
CLOSURE: Any = DepartmentClosure.__table__
Condition = ColumnElement[bool]
Figures = dict[str, Any]

#: the periods whose figures stand side by side
COMPARED = (NOW, BEFORE, YEAR)
CLOCK_NAMES = ("plan", "answer", "resolve")
#: what stands alone: figure → condition
FLAGS: dict[str, Condition] = {
    "received": R.received,
    "handled": R.handled,
    "open": and_(R.received, R.is_open),
    "judged": and_(R.received, R.validity != ""),
    "valid": and_(R.received, R.validity == VALID),
    "invalid": and_(R.received, R.validity == INVALID),
    **{f"{name}_{word}": and_(R.received, R[name] == value)
       for name in CLOCK_NAMES for word, value in (("kept", 1), ("missed", 0))},
    "costly": and_(R.received, R.cost > 0),
    "other_cost": and_(R.received, R.other_cost == 1),
}  # fmt: skip
#: sums beside them: (what is added up, of which rows)
SUMS: dict[str, tuple[Any, Condition]] = {
    "cost": (R.cost, R.received),
    **{f"{name}_used": (R[f"{name}_used"], R.received) for name in CLOCK_NAMES},
    **{f"{name}_ended": (case((R[f"{name}_used"].is_not(None), 1), else_=0), R.received) for name in CLOCK_NAMES},
}


def _text(column: Any) -> Any:
    return func.coalesce(cast(column, Text), "")


#: counts by: part → the key of a row in it
PARTS: dict[str, Any] = {
    "nature": R.nature,
    "kind": _text(R.kind_id),
    "channel": _text(R.channel_id),
    "cause": _text(R.cause_id),
    "product": R.product,
    "department": _text(R.department_id),
    "judgement": R.validity + literal(":", Text) + R.severity,
    "tier": R.tier,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a report, as an address names it. ``unit`` is a department: only what concerns it."""

    name: str
    period: str = NOW
    key: str = ""
    unit: int | None = None


def condition_of(figure: Figure) -> Condition:
    """The rows that a figure counts. Errors: ``LookupError`` for one that no report has."""
    name, key = figure.name, figure.key
    found: Any
    if figure.period not in PERIODS:
        raise LookupError(figure.period)
    if name in FLAGS:
        found = FLAGS[name]
    elif name in PARTS:
        found = and_(R.received, PARTS[name] == key)
    elif name in SPECIAL:
        found = SPECIAL[name](key)
    else:
        raise LookupError(name)
    return and_(R.period == figure.period, found, *_within(figure.unit))


def _of_unit(key: str) -> Condition:
    """Of a responsible unit."""
    mine = exists().where(
        UNIT.c.report_id == R.report_id, UNIT.c.period == R.period, UNIT.c.complaint_id == R.complaint_id,
        UNIT.c.unit_key == key,
    )  # fmt: skip
    return and_(R.received, mine)


def _of_unit_and_tier(key: str) -> Condition:
    """Of a responsible unit and customers of a tier: ``gold/d:7``."""
    tier, _slash, unit = key.partition("/")
    return and_(_of_unit(unit), R.tier == tier)


#: figures with a period of their own, or counted by another table
SPECIAL: dict[str, Callable[[str], Condition]] = {
    "unit": _of_unit,
    "unit_tier": _of_unit_and_tier,
    "repeat": lambda key: and_(R.received, _text(R.cause_id) == key),
    "again": lambda key: and_(R.received, _text(R.cause_id) == key, R.repeated == 1),
    "acting": lambda _key: R.actions > 0,
    "late": lambda _key: R.late_actions > 0,
}
#: the period of those that have one
OWN_PERIOD = {"repeat": RECENT, "again": RECENT, "acting": ACTING, "late": ACTING}


def _within(unit: int | None) -> Sequence[Condition]:
    """What concerns a department or one below it: complained about, or responsible."""
    if unit is None:
        return ()
    below = select(CLOSURE.c.descendant_id).where(CLOSURE.c.ancestor_id == unit)
    responsible = exists().where(
        UNIT.c.report_id == R.report_id, UNIT.c.period == R.period, UNIT.c.complaint_id == R.complaint_id,
        UNIT.c.department_id.in_(below),
    )  # fmt: skip
    return (or_(R.department_id.in_(below), responsible),)


def complaints_of(report_id: int, figure: Figure) -> Select[Any]:
    """The complaints that a figure counts (a select of ids)."""
    return select(R.complaint_id).where(R.report_id == report_id, condition_of(figure))


def size_of(report_id: int, figure: Figure) -> int:
    """How many they are."""
    rows = select(func.count()).select_from(ROWS).where(R.report_id == report_id, condition_of(figure))
    return int(db.session.scalar(rows) or 0)


def counted(report_id: int, unit: int | None = None) -> Figures:
    """All figures of a report, of the whole company or of a unit: four statements."""
    mine = (R.report_id == report_id, *_within(unit))
    return {"totals": _totals(mine), "parts": _parts(mine), "units": _units(mine), "repeats": _repeats(mine)}


def _totals(mine: Sequence[Any]) -> Figures:
    columns = [sql_total(case((condition, 1), else_=0)).label(name) for name, condition in FLAGS.items()]
    columns += [sql_total(case((condition, value), else_=0)).label(name) for name, (value, condition) in SUMS.items()]
    columns += [sql_total(case((R.actions > 0, 1), else_=0)).label("acting"),
                sql_total(case((R.late_actions > 0, 1), else_=0)).label("late")]  # fmt: skip
    rows = select(R.period, *columns).where(*mine).group_by(R.period)
    names = [column.name for column in columns]
    found = {period: dict.fromkeys(names, 0) for period in PERIODS}
    for row in db.session.execute(rows).mappings():
        found[row["period"]] = {name: int(row[name] or 0) for name in names}
    totals: Figures = {period: {name: found[period][name] for name in (*FLAGS, *SUMS)} for period in COMPARED}
    totals[NOW] |= {name: found[ACTING][name] for name in ("acting", "late")}
    return totals


def _parts(mine: Sequence[Any]) -> Figures:
    legs = []
    for name, expression in PARTS.items():
        key = expression.label("key")
        legs.append(
            select(literal(name, Text).label("part"), key, R.period, sql_count().label("number"),
                   sql_total(R.cost).label("cost"))
            .where(*mine, R.received, R.period.in_(COMPARED))
            .group_by(expression, R.period)
        )  # fmt: skip
    lines: dict[str, dict[str, Figures]] = {name: {} for name in PARTS}
    for part, key, period, number, cost in db.session.execute(union_all(*legs)):
        line = lines[part].setdefault(key, {"key": key, NOW: 0, BEFORE: 0, YEAR: 0, "cost": 0})
        line[period] = int(number)
        if period == NOW:
            line["cost"] = int(cost or 0)
    return {name: sorted(found.values(), key=_largest) for name, found in lines.items()}


def _largest(line: Figures) -> Any:
    """The largest first; what is not named comes last of its size."""
    return -line[NOW], -line[BEFORE], line["key"] == "", line["key"]


def _units(mine: Sequence[Any]) -> list[Figures]:
    u = UNITS.c
    rows = (
        select(u.unit_key, R.tier, sql_count().label("number"), sql_total(u.cost).label("cost"))
        .join(UNITS, and_(u.report_id == R.report_id, u.period == R.period, u.complaint_id == R.complaint_id))
        .where(*mine, R.received, R.period == NOW)
        .group_by(u.unit_key, R.tier)
    )
    found: dict[str, Figures] = {}
    for key, tier, number, cost in db.session.execute(rows):
        line = found.setdefault(key, {"key": key, NOW: 0, "cost": 0, "tiers": {}})
        line[NOW] += int(number)
        line["cost"] += int(cost or 0)
        line["tiers"][tier] = int(number)
    return sorted(found.values(), key=lambda line: (-line[NOW], -line["cost"], line["key"]))


def _repeats(mine: Sequence[Any]) -> list[Figures]:
    """The causes that came up more than once in the days before the end of the month."""
    number = sql_count()
    rows = (
        select(_text(R.cause_id), number, sql_total(R.repeated))
        .where(*mine, R.received, R.period == RECENT, R.cause_id.is_not(None))
        .group_by(R.cause_id)
        .having(number > 1)
    )
    found = [{"key": key, NOW: int(count), "again": int(again)} for key, count, again in db.session.execute(rows)]
    return sorted(found, key=lambda line: (-line[NOW], -line["again"], line["key"]))
