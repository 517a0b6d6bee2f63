"""The parts of a list's page that come when they are opened: the form of the filters, the choice of columns.

Most who look at a list open neither, and what one may choose from is asked of the database. The menu that opens asks
for its part alone (header ``Kz-Part``); its link, for browsers without scripts, leads to the page with the part in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flask import render_template, request

from kezhi import Choice, Column, ListView
from kezhi.listing.state import OPERATORS, Condition, State, operators_of

HEADER = "Kz-Part"  #: a request that carries it wants the part and not the page round it
FILTERS, COLUMNS = "filters", "columns"
TEMPLATES = {FILTERS: "kezhi/_list_filters.html", COLUMNS: "kezhi/_list_columns.html"}
#: More choices than this are one box to choose from instead of a box each.
MOST_BOXES = 6


@dataclass(frozen=True, slots=True)
class FilterField:
    """The inputs of a filterable column."""

    column: Column
    kind: str  #: boxes, choice, text, number, date
    is_range: bool
    choices: Sequence[Choice] = ()
    values: Sequence[str] = ()
    low: str = ""
    high: str = ""
    operator: str = ""
    operators: Sequence[tuple[str, Any]] = ()  #: what may be said of the values, each with its label


def answer(view: ListView, part: str) -> Any:
    """The part alone, where that is what was asked for. Another one than there is leaves the page as it is."""
    if part not in TEMPLATES or HEADER not in request.headers:
        return None
    return render_template(TEMPLATES[part], view=view, **_context(part, view, view.state(request.args)))


def filters(view: ListView, page: Any) -> Mapping[str, Any]:
    """What the form of the filters gets, as a part of the page."""
    return _context(FILTERS, view, page.state)


def columns(view: ListView, page: Any) -> Mapping[str, Any]:
    """What the choice of columns gets, as a part of the page."""
    return _context(COLUMNS, view, page.state)


def _context(part: str, view: ListView, state: State) -> dict[str, Any]:
    if part == FILTERS:
        return {"state": state, "fields": filter_fields(list(view.columns.values()), state)}
    shown = {column.key for column in state.columns}
    others = [column for key, column in view.columns.items() if key not in shown]
    return {"state": state, "moves": column_moves(state), "others": others}


def filter_fields(offered: Sequence[Column], state: State) -> list[FilterField]:
    """The inputs of every filterable column, filled with what is in force."""
    current = {condition.column.key: condition for condition in state.conditions}
    fields = []
    for column in offered:
        if column.filter is None:
            continue
        condition = current.get(column.key, Condition(column))
        options = list(column.filter.choices()) if column.filter.choices is not None else []
        kind: str = column.filter.kind
        if kind == "choice" and 0 < len(options) <= MOST_BOXES:
            kind = "boxes"
        is_range = column.filter.apply is None and kind in ("number", "date")
        said = [(name, OPERATORS[name]) for name in operators_of(column)]
        fields.append(FilterField(column, kind, is_range, options, condition.values, condition.low, condition.high,
                                  condition.operator, said))  # fmt: skip
    return fields


def column_moves(state: State) -> list[tuple[Column, str, str]]:
    """Each shown column with the addresses that move it one place forward and one back, where it can."""
    keys = [column.key for column in state.columns]
    pairs = list(pairwise(keys))
    turned = {pair: [*keys[:at], pair[1], pair[0], *keys[at + 2 :]] for at, pair in enumerate(pairs)}
    urls = {pair: state.url("columns", columns=",".join(order)) for pair, order in turned.items()}
    ahead, behind = {pair[1]: urls[pair] for pair in pairs}, {pair[0]: urls[pair] for pair in pairs}
    return [(column, ahead.get(column.key, ""), behind.get(column.key, "")) for column in state.columns]
