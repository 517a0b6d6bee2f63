"""The SELECT of a list: joins only for what is used, read along an index in at most two legs, never with OFFSET.

Sorted by a column, the rows with a value come first, read along the index ``(value, key)`` of the table that holds the
value, then the rows without one in key order. A LEFT JOIN ordered with NULLS LAST would sort the whole table for every
page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, literal, not_, or_, select, tuple_

from ..contributions import Column, Join
from ..errors import Refused
from ..visibility import visible_where
from .state import ALONE, Condition, Sort, State
from .values import Position, clean, parse, refuse, start_of_day, value_type


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of a list that one index gives in order."""

    order: tuple[Any, ...]
    descending: bool = False
    driver: Join | None = None  #: the table that is read first, by inner join
    joins: tuple[Join, ...] = ()
    conditions: tuple[ColumnElement[bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """What a list reads: the model, its key, the conditions that always hold, and what a word of ``q`` means."""

    model: type
    key: Any
    conditions: Sequence[ColumnElement[bool]] = ()
    search: Callable[[str], ColumnElement[bool]] = lambda word: or_(False)


def legs_of(sort: Sort, key: Any) -> list[Leg]:
    """The legs of a list in this order: one for the key and for columns that are never empty, else two."""
    value = sort_value(sort, key)
    if value is None or sort.column is None:
        return [Leg((key,), sort.descending)]
    join = sort.column.join
    filled: Any = () if _never_null(value) else (value.is_not(None),)
    if join is not None:
        missing = value.is_(None) if filled else join.key.is_(None)
        return [
            Leg((value, join.key), sort.descending, join, conditions=filled),
            Leg((key,), joins=(join,), conditions=(missing,)),
        ]
    first = Leg((value, key), sort.descending, conditions=filled)
    return [first, Leg((key,), conditions=(value.is_(None),))] if filled else [first]


def sort_value(sort: Sort, key: Any) -> Any:
    """The expression a list is sorted by before its key, or None when that is the key itself."""
    if sort.column is None or _clause(sort.column.expr) is _clause(key):
        return None
    return sort.column.expr


def page_select(
    source: Source,
    state: State,
    leg: Leg,
    entities: Sequence[Any],
    columns: Iterable[Column],
    limit: int,
    *,
    after: Position | None = None,
    start: Any = None,
    backward: bool = False,
) -> Select[Any]:
    """At most ``limit`` rows of a leg, behind ``after`` or from the value ``start`` on, in reading direction."""
    used = [*columns, *(condition.column for condition in state.conditions)]
    joins = joins_of(used, leg.joins if leg.driver is None else (leg.driver,))
    statement = select(*entities)
    if leg.driver is None:
        statement = statement.select_from(source.model)
    else:
        statement = statement.select_from(leg.driver.target).join(source.model, leg.driver.key == source.key)
        statement = statement.where(*leg.driver.where)
        joins = [join for join in joins if join.target is not leg.driver.target]
    descending = leg.descending != backward
    conditions = [*_conditions(source, state), *leg.conditions]
    if after is not None:
        conditions.append(_beyond(leg.order, [*at(leg, after).values()], descending))
    elif start is not None:
        bound = literal(start, leg.order[0].type)
        conditions.append(leg.order[0] <= bound if descending else leg.order[0] >= bound)
    elif value_type(leg.order[0]) is str and _never_null(leg.order[0]):
        # true of every text: without any bound SQLite reads a joined table whole for a filter, although LIMIT ends soon
        conditions.append(leg.order[0] >= literal("", leg.order[0].type))
    order = [part.desc() if descending else part.asc() for part in leg.order]
    return _joined(statement, joins, source).where(*conditions).order_by(*order).limit(limit)


def count_select(source: Source, state: State, limit: int | None) -> Select[Any]:
    """One row per record that fulfils the filters, at most ``limit`` if given; joins only what is filtered."""
    statement = select(source.key.label("key")).select_from(source.model)
    joins = joins_of([condition.column for condition in state.conditions], ())
    return _joined(statement, joins, source).where(*_conditions(source, state)).limit(limit)


def joins_of(columns: Iterable[Column], more: Sequence[Join]) -> list[Join]:
    """The joins of these columns, each target once. Errors: ``ValueError`` for one target joined in two ways."""
    found: dict[int, Join] = {}
    for join in [*more, *(column.join for column in columns if column.join is not None)]:
        known = found.setdefault(id(join.target), join)
        if known is not join and not _same(known, join):
            raise ValueError(f"{join.target} is joined with different conditions: give each its own alias")
    return list(found.values())


def _joined(statement: Select[Any], joins: Sequence[Join], source: Source) -> Select[Any]:
    for join in joins:
        statement = statement.outerjoin(join.target, and_(join.key == source.key, *join.where))
    return statement


def _same(one: Join, other: Join) -> bool:
    return str(one.key) == str(other.key) and and_(True, *one.where).compare(and_(True, *other.where))


def _beyond(order: Sequence[Any], values: Sequence[Any], descending: bool) -> ColumnElement[bool]:
    """The values are those of ``at``: the statement may be kept and asked for another place."""
    bounds = [bindparam(f"at_{n}", value, order[n].type) for n, value in enumerate(values)]
    if len(order) == 1:
        found: ColumnElement[bool] = order[0] < bounds[0] if descending else order[0] > bounds[0]
        return found
    left, right = tuple_(*order), tuple_(*bounds)
    return left < right if descending else left > right


def at(leg: Leg, place: Position) -> dict[str, Any]:
    """The parameters by which a statement of a leg reads on behind a place."""
    return dict(zip(("at_0", "at_1"), (place.value, place.key)[-len(leg.order) :], strict=False))


def _conditions(source: Source, state: State) -> list[ColumnElement[bool]]:
    """Access first, then what the list itself says, then the user's filters."""
    access = visible_where(source.model)
    found = [] if access is None else [access]
    found += source.conditions
    found += [_condition(condition) for condition in state.conditions]
    return found + [source.search(word) for word in state.words.split()]


def looking_into(expressions: Sequence[Any], codes: set[str]) -> Callable[[str], ColumnElement[bool]]:
    """A word fits when one of ``codes`` starts with it or another expression contains it."""

    def search(word: str) -> ColumnElement[bool]:
        found = [(e.istartswith if str(e) in codes else e.icontains)(word, autoescape=True) for e in expressions]
        return or_(False, *found)

    return search


def _condition(condition: Condition) -> ColumnElement[bool]:
    column = condition.column
    if condition.operator in ALONE:
        empty: ColumnElement[bool] = column.expr.is_(None)
        empty = or_(empty, column.expr == "") if value_type(column.expr) is str else empty
        return empty if condition.operator == "empty" else not_(empty)
    found = []
    if condition.values:
        has = condition.operator == "has"
        any_of = or_(*(column.expr.icontains(clean(value), autoescape=True) if has else _equal(column, value)
                       for value in condition.values))  # fmt: skip
        found.append(or_(not_(any_of), column.expr.is_(None)) if condition.operator == "not" else any_of)
    if condition.low:
        found.append(column.expr >= parse(column, condition.low))
    if condition.high:
        high = parse(column, condition.high)
        found.append(column.expr < _next_day(high) if isinstance(high, datetime) else column.expr <= high)
    return and_(True, *found)


def _equal(column: Column, text: str) -> ColumnElement[bool]:
    if column.filter is not None and column.filter.apply is not None:
        try:
            return column.filter.apply(text)
        except (ValueError, Refused) as error:
            refuse(str(error))
    value = parse(column, text)
    if value_type(column.expr) is datetime:
        return and_(column.expr >= value, column.expr < _next_day(value))
    equal: ColumnElement[bool] = column.expr == value
    return equal


def _next_day(instant: datetime) -> datetime:
    from .. import clock

    day: date = clock.local(instant).date()
    try:
        return start_of_day(day + timedelta(days=1))
    except (OverflowError, ValueError):
        refuse(str(day))


def _clause(expression: Any) -> Any:
    """The table's own column behind a mapped attribute."""
    element = expression.__clause_element__() if hasattr(expression, "__clause_element__") else expression
    return element._deannotate() if hasattr(element, "_deannotate") else element


def _never_null(expression: Any) -> bool:
    return getattr(_clause(expression), "nullable", True) is False
