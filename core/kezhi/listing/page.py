"""One page of a list: rows, head and links, ready for a template. Holds values only; nothing here asks the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy.engine import Row

from ..cells import RENDERERS, Cell, Renderer
from ..contributions import Column
from .state import OPERATORS, Condition, Sort, State
from .values import value_type

REPEATED = (str, int, date, type(None))  #: values whose cells look the same in every row


@dataclass(slots=True)
class TableCell:
    """A cell: markup, its place when rows become cards, and the address of the record in the leading one."""

    html: str
    phone: str = ""
    url: str = ""


@dataclass(slots=True)
class ListRow:
    """A record of a list: its ``id``, the shown ``values`` by column key, its cells, and ``html``: all in a table."""

    id: Any
    values: dict[str, Any]
    cells: list[TableCell] = field(default_factory=list)
    url: str = ""
    html: str = ""
    lead: str = ""  #: the markup of the leading cell

    @property
    def title(self) -> str:
        """The leading cell as plain text."""
        return Markup(self.lead).striptags() if "<" in self.lead or "&" in self.lead else str(self.lead)


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a shown column. ``sort_url`` turns the order round when the list is sorted by it already."""

    column: Column
    classes: str
    direction: str = ""  #: ascending, descending, or empty
    sort_url: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, and the address without it."""

    label: str
    text: str
    remove_url: str


@dataclass(slots=True)
class Page:
    """A page of a list and everything its template shows."""

    state: State
    rows: list[ListRow]
    columns: list[Head]
    chips: list[Chip]
    next_cursor: str | None
    previous_cursor: str | None
    sizes: Sequence[int]

    @property
    def sort(self) -> Sort:
        return self.state.sort

    @property
    def next_url(self) -> str:
        return self.state.url(after=self.next_cursor) if self.next_cursor else ""

    @property
    def previous_url(self) -> str:
        return self.state.url(before=self.previous_cursor) if self.previous_cursor else ""

    @property
    def known_count(self) -> int | None:
        """How many records fulfil the filters, when this page shows all of them."""
        return None if self.next_cursor or self.previous_cursor else len(self.rows)

    @property
    def count_url(self) -> str:
        return self.state.url("sort", "columns", "size", count="1")

    @property
    def clear_url(self) -> str:
        return self.state.url("q", "filters")

    def size_urls(self) -> list[tuple[int, str]]:
        """Each page size with its address."""
        return [
            (size, self.state.url("size", **({} if size == self.state.default_size else {"size": str(size)})))
            for size in self.sizes
        ]

    @property
    def jump_type(self) -> str:
        """The input in which one types the value to start from, or empty."""
        column = self.sort.column
        if column is None or (column.filter is not None and column.filter.kind == "choice"):
            return ""  # a value that is chosen from a list is filtered by, not typed
        return _input_type(column)


def make_rows(
    columns: Sequence[Column],
    found: Sequence[Row[Any]],
    link: Callable[[ListRow], str] | None,
    choices: dict[str, dict[str, Any]],
) -> Iterator[tuple[ListRow, list[Cell]]]:
    """The records of selected rows (key, sort value, then each column with its extras), and their cells' values."""
    at, parts = 2, []
    for column in columns:
        names = [name_of(part) for part in column.extra]
        parts.append((column.key, at, at + 1 + len(names), names, choices.get(column.key, {})))
        at += 1 + len(names)
    for row in found:
        values = tuple(row)
        cells = [Cell(values[at], values[at + 1 : end], names, labels) for _key, at, end, names, labels in parts]
        record = ListRow(values[0], {part[0]: values[part[1]] for part in parts})
        record.url = link(record) if link is not None else ""
        yield record, cells


def name_of(expression: Any) -> str:
    """The label of an extra expression."""
    return str(getattr(expression, "key", None) or getattr(expression, "name", ""))


def renderer(column: Column) -> Renderer:
    """The renderer that a column names or brings. Errors: ``ValueError``."""
    try:
        return column.render if isinstance(column.render, Renderer) else RENDERERS[column.render]
    except KeyError:
        raise ValueError(f"column {column.key!r} names an unknown renderer {column.render!r}") from None


def places(columns: Sequence[Column]) -> tuple[int, list[str]]:
    """Which column carries the link, and where each goes on a phone. A name leads, else a code, else the first."""
    kinds = [column.render for column in columns]
    lead = next((kinds.index(kind) for kind in ("name", "code") if kind in kinds), 0)
    found = [renderer(column).phone for column in columns]
    found = ["x" if place == "title" else place for place in found]
    texts = [index for index, kind in enumerate(kinds) if kind == "text" and index != lead]
    if texts and kinds[lead : lead + 1] != ["name"]:
        found[texts[0]] = "x"  # a list of numbered things says on a phone whose they are
    if columns:
        found[lead] = "title"
    return lead, found


def fill_cells(columns: Sequence[Column], rows: Sequence[tuple[ListRow, list[Cell]]]) -> list[ListRow]:
    """Render the cells of each row."""
    lead, phones = places(columns)
    kinds = [renderer(column) for column in columns]
    classes = [' class="kz-num"' if kind.numeric else ' class="kz-muted"' if kind.muted else "" for kind in kinds]
    marks = [f' data-m="{place}"' if place else "" for place in phones]
    known: list[dict[Any, tuple[TableCell, str]]] = [{} for _column in columns]  # many rows say the same: written once
    for record, cells in rows:
        texts = []
        for index, cell in enumerate(cells):
            repeats = type(cell.value) in REPEATED and not cell.extra and (index != lead or not record.url)
            written = known[index].get(cell.value) if repeats else None
            if written is None:
                html, url = escape(kinds[index].html(cell)), record.url if index == lead else ""
                shown = f'<a class="kz-name" href="{escape(url)}">{html}</a>' if url else html
                text = f'<td role="cell"{classes[index]}{marks[index]}>{shown}</td>'
                written = TableCell(html, phones[index], url), text
                if repeats:
                    known[index][cell.value] = written
            record.cells.append(written[0])
            texts.append(written[1])
        record.html = Markup("".join(texts))
        record.lead = record.cells[lead].html if cells else ""
    return [record for record, _cells in rows]


def make_heads(state: State) -> list[Head]:
    """The heads of the shown columns."""
    heads = []
    for column in state.columns:
        classes = "kz-num" if renderer(column).numeric else ""
        direction = url = ""
        if column.sortable:
            here = state.sort.column is not None and state.sort.column.key == column.key
            if here:
                direction = "descending" if state.sort.descending else "ascending"
            next_sort = Sort(column, here and not state.sort.descending)
            url = state.url("sort", **({} if next_sort == state.default_sort else {"sort": next_sort.argument}))
        heads.append(Head(column, classes, direction, url))
    return heads


def make_chips(state: State, choices: dict[str, dict[str, Any]]) -> list[Chip]:
    """The filters in force."""
    return [
        Chip(
            str(condition.column.label),
            _condition_text(condition, choices.get(condition.column.key, {})),
            state.url_without(condition),
        )
        for condition in state.conditions
    ]


def _condition_text(condition: Condition, labels: dict[str, Any]) -> str:
    parts = [str(labels.get(value, value)) for value in condition.values]
    if condition.low or condition.high:
        parts.append(f"{condition.low}–{condition.high}")
    words = [str(OPERATORS[condition.operator])] if condition.operator else []
    return " ".join([*words, " / ".join(parts)])


def _input_type(column: Column) -> str:
    if column.render in ("date", "instant"):
        return "date"
    return "number" if renderer(column).numeric and value_type(column.expr) is int else "text"
