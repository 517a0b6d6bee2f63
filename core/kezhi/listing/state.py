"""What the address of a list says: filters, order, columns, place.

Names that the list has not are a 400. Those of an app that is not enabled are left out, and the page says so: an
address kept from before keeps working.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import current_app, has_request_context, request
from werkzeug.datastructures import MultiDict

from ..contributions import Column
from ..i18n import gettext as _
from ..i18n import lazy_gettext as _l
from .values import clean, refuse

#: Arguments of the machine that say where in the list one is, or what to answer: never carried over.
PLACE = ("after", "before", "from", "count", "counts", "format", "month", "part")
MOST_VALUES = 50  #: values of one filter
#: what a filter may say of its values besides that they are equal
OPERATORS = {"not": _l("is not"), "has": _l("contains"), "empty": _l("is empty"), "filled": _l("is not empty")}
ALONE = ("empty", "filled")  #: need no value


def operators_of(column: Column) -> tuple[str, ...]:
    """The operators that make sense for a column."""
    if column.filter is None or column.filter.apply is not None:
        return ()
    return {"choice": ("not", *ALONE), "text": tuple(OPERATORS)}.get(column.filter.kind, ALONE)


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter in force: any of ``values``, and between ``low`` and ``high`` where given. Texts as typed.

    ``operator`` says otherwise: none of the values, any of them contained, or whether there is a value at all.
    """

    column: Column
    values: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    operator: str = ""

    def arguments(self) -> list[tuple[str, str]]:
        key = self.column.key
        found = [(f"f.{key}", value) for value in self.values]
        found += [(f"op.{key}", self.operator)] if self.operator else []
        found += [(f"from.{key}", self.low)] if self.low else []
        return found + ([(f"to.{key}", self.high)] if self.high else [])


@dataclass(frozen=True, slots=True)
class Sort:
    """The order of a list; without a column it is that of the key."""

    column: Column | None
    descending: bool = False

    @property
    def argument(self) -> str:
        return "" if self.column is None else ("-" if self.descending else "") + self.column.key


@dataclass(frozen=True, slots=True)
class State:
    """The state that an address carries."""

    columns: tuple[Column, ...]  #: shown, in this order
    chosen: bool  #: whether the address names the columns
    sort: Sort
    default_sort: Sort
    conditions: tuple[Condition, ...]
    words: str
    size: int
    default_size: int
    place: Mapping[str, str] = field(default_factory=dict)
    others: tuple[tuple[str, str], ...] = ()  #: arguments that belong to the page and not to the list
    left_out: tuple[str, ...] = ()  #: columns of apps that are not enabled

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.conditions)

    def arguments(self, *without: str) -> list[tuple[str, str]]:
        """The arguments that make this state, without the place and without the parts named (``q``, ``sort``, …)."""
        found = list(self.others)
        if self.words and "q" not in without:
            found.append(("q", self.words))
        if "filters" not in without:
            found += [pair for condition in self.conditions for pair in condition.arguments()]
        if self.sort != self.default_sort and "sort" not in without:
            found.append(("sort", self.sort.argument))
        if self.chosen and "columns" not in without:
            found.append(("columns", ",".join(column.key for column in self.columns)))
        if self.size != self.default_size and "size" not in without:
            found.append(("size", str(self.size)))
        return found

    def url(self, *without: str, **added: Any) -> str:
        """The address of this state without the parts named and with ``added`` arguments."""
        return address([*self.arguments(*without), *added.items()])

    def url_without(self, condition: Condition) -> str:
        """The address of this state without one of its filters."""
        others = [pair for kept in self.conditions if kept is not condition for pair in kept.arguments()]
        return address([*self.arguments("filters"), *others])


def address(arguments: Sequence[tuple[str, str]]) -> str:
    """A local address of the present page."""
    path = request.script_root + request.path if has_request_context() else ""
    return f"{path}?{_encoded(tuple(arguments))}" if arguments else path or "?"


_encoded = lru_cache(maxsize=4_096)(urlencode)  # the addresses of a page differ in little from those of the last one


def read_state(
    arguments: Mapping[str, Any],
    columns: Mapping[str, Column],
    default_sort: Sort,
    page_size: int,
    sizes: Sequence[int],
) -> State:
    """Read the state from the arguments of a request. Errors: 400 for names that this list, for this user, has not."""
    given: MultiDict[str, str] = arguments if isinstance(arguments, MultiDict) else MultiDict(arguments)
    names = [name for text in given.getlist("columns") for name in text.split(",") if name]
    asked = [
        *names,
        given.get("sort", "").removeprefix("-"),
        *(name.partition(".")[2] for name in given if _filters(name)),
    ]
    kept = bool(given.get("view"))  # a saved view outlives the columns that it names
    strange = [name for name in asked if name and name not in columns]
    left_out = tuple(dict.fromkeys(name for name in strange if kept or _of_absent_app(name)))
    if left_out and given.get("format"):  # a file cannot say what it lacks
        refuse(_("“%(name)s” is not part of this list now; take it out before you export.", name=left_out[0]))
    shown = [_named(columns, name) for name in dict.fromkeys(names) if name not in left_out]
    sort = given.get("sort", "")
    if sort.removeprefix("-") in left_out:
        sort = ""
    return State(
        columns=tuple(shown) or tuple(column for column in columns.values() if column.default),
        chosen=bool(shown),
        sort=_sort(sort, columns, default_sort),
        default_sort=default_sort,
        conditions=_conditions(given, columns, left_out),
        words=" ".join(clean(given.get("q", "")).split()),
        size=_size(given.get("size", ""), page_size, sizes),
        default_size=page_size,
        # a place in an order or a selection that is no more would be wrong: the list starts at its beginning
        place={name: given[name] for name in (("count",) if left_out else PLACE) if given.get(name)},
        others=tuple((name, clean(value)) for name, value in given.items(multi=True) if not _is_ours(name)),
        left_out=left_out,
    )


def _is_ours(name: str) -> bool:
    return name in (*PLACE, "q", "sort", "columns", "size") or _filters(name)


def _filters(name: str) -> bool:
    return name.startswith(("f.", "from.", "to.", "op."))


def _of_absent_app(name: str) -> bool:
    """Whether a column's name begins with that of an app that is not part of this site now."""
    prefix, dot, _rest = name.partition(".")
    return bool(dot) and prefix.isidentifier() and prefix not in current_app.extensions["kezhi"].plugins


def _named(columns: Mapping[str, Column], name: str) -> Column:
    if name not in columns:
        refuse(_("This list has no column “%(name)s”.", name=clean(name)))
    return columns[name]


def _sort(text: str, columns: Mapping[str, Column], default: Sort) -> Sort:
    if not text:
        return default
    column = _named(columns, text.removeprefix("-"))
    if not column.sortable:
        refuse(_("This list cannot be sorted by “%(name)s”.", name=column.key))
    return Sort(column, text.startswith("-"))


def _size(text: str, default: int, sizes: Sequence[int]) -> int:
    if text and text not in map(str, sizes):
        refuse(_("A page has no “%(value)s” rows.", value=clean(text)))
    return int(text) if text else default


def _conditions(
    given: MultiDict[str, str], columns: Mapping[str, Column], left_out: Sequence[str]
) -> tuple[Condition, ...]:
    found: dict[str, Condition] = {}
    for name in given:
        part, dot, key = name.partition(".")
        if part not in ("f", "from", "to", "op") or not dot or key in left_out:
            continue
        column = _named(columns, key)
        filter_ = column.filter
        ranged = part in ("from", "to") and (filter_ is None or filter_.kind not in ("number", "date"))
        if filter_ is None or ranged or (part != "f" and filter_.apply is not None):
            refuse(_("This list cannot be filtered by “%(name)s”.", name=key))
        values = tuple(dict.fromkeys(clean(value) for value in given.getlist(name) if value.strip()))
        if len(values) > MOST_VALUES:
            refuse(_("Too many values for “%(name)s”.", name=key))
        if values:
            before = found.get(key, Condition(column))
            found[key] = Condition(
                column,
                values if part == "f" else before.values,
                values[0] if part == "from" else before.low,
                values[0] if part == "to" else before.high,
                values[0] if part == "op" else before.operator,
            )
            if part == "op" and values[0] not in operators_of(column):
                refuse(_("“%(column)s” cannot be filtered by “%(value)s”.", column=str(column.label), value=values[0]))
    return tuple(each for each in found.values() if each.values or each.low or each.high or each.operator in ALONE)
