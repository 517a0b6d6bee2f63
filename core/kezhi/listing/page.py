"""One page of a list: rows, head and links, ready for a template. Holds values only; nothing here asks the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote_plus

from markupsafe import Markup
from sqlalchemy.engine import Row

from ..cells import RENDERERS, Cell, Renderer, plain
from ..contributions import Column
from .state import OPERATORS, Condition, Sort, State
from .values import value_type

REPEATED = frozenset((str, int, date, datetime, type(None)))  #: values whose cells look the same in every row


@dataclass(slots=True)
class ListRow:
    """A record of a list: its ``id``, the shown ``values`` by column key, its cells, and ``html``: all in a table."""

    id: Any
    found: Sequence[Any]  #: what was selected of it
    keys: Sequence[tuple[str, int]]  #: the shown columns, and where each stands in it
    url: str = ""
    html: str = ""
    texts: Sequence[str] = ()  #: the markup of each cell
    phones: Sequence[str] = ()
    lead: int = 0  #: which cell leads to the record

    @property
    def values(self) -> dict[str, Any]:
        return {key: self.found[at] for key, at in self.keys}

    @property
    def title(self) -> str:
        """The leading cell as plain text."""
        text = self.texts[self.lead] if self.texts else ""
        return Markup(text).striptags() if "<" in text or "&" in text else str(text)


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
    def next_url(self) -> str:
        return self.state.url(after=self.next_cursor) if self.next_cursor else ""

    @property
    def previous_url(self) -> str:
        return self.state.url(before=self.previous_cursor) if self.previous_cursor else ""

    def body(self, choose: str = "") -> Markup:
        """The rows of the table. ``choose`` says what its box does to the row ``{}``; without it rows have no boxes."""
        before, _name, behind = choose.partition("{}")
        head = '<tr role="row">'
        if choose:
            box = '<input class="form-check-input" type="checkbox" name="ids" form="kz-chosen" value="'
            head += f'<td role="cell" class="kz-pick" data-m="end">{box}'
        found = []
        for row in self.rows:
            chosen = f'{plain(str(row.id))}" aria-label="{before}{plain(row.title)}{behind}"></td>' if choose else ""
            found.append(f"{head}{chosen}{row.html}</tr>")
        return Markup("\n".join(found))

    @property
    def jump_type(self) -> str:
        """The input in which one types the value to start from, or empty."""
        column = self.state.sort.column
        chosen = column is not None and column.filter is not None and column.filter.kind == "choice"
        return "" if column is None or chosen else _input_type(column)  # one of few values is filtered by, not typed


def spans(columns: Sequence[Column], choices: dict[str, dict[str, Any]]) -> list[tuple[int, int, list[str], Any]]:
    """Where each column stands in a selected row (key, sort value, then each column with its extras), and its words."""
    found, at = [], 2
    for column in columns:
        names = [str(getattr(part, "key", None) or getattr(part, "name", "")) for part in column.extra]
        found.append((at, at + 1 + len(names), names, choices.get(column.key, {})))
        at += 1 + len(names)
    return found


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


def make_rows(
    columns: Sequence[Column],
    found: Sequence[Row[Any]],
    link: Callable[[ListRow], str] | None,
    choices: dict[str, dict[str, Any]],
) -> list[ListRow]:
    """The records of selected rows, rendered column by column."""
    lead, phones = places(columns)
    where = spans(columns, choices)
    keys = [(column.key, span[0]) for column, span in zip(columns, where, strict=True)]
    records = [ListRow(row[0], row, keys, phones=phones, lead=lead) for row in found]
    values, texts, cells = list(zip(*found, strict=True)), [], []
    for at, (column, phone) in enumerate(zip(columns, phones, strict=True)):
        kind = renderer(column)
        shown = whole = _texts(kind, values[slice(*where[at][:2])], *where[at][2:])
        if at == lead and link is not None:
            for record in records:
                record.url = link(record)
            pairs = [(plain(record.url), text) for record, text in zip(records, shown, strict=True)]
            whole = [f'<a class="kz-name" href="{url}">{text}</a>' if url else text for url, text in pairs]
        look = ' class="kz-num"' if kind.numeric else ' class="kz-muted"' if kind.muted else ""
        mark = f' data-m="{phone}"' if phone else ""
        if kind.numeric and phone == "x":  # a phone shows no heads
            mark += f' data-l="{plain(str(column.label))}"'
        opening = f'<td role="cell"{look}{mark}>'
        texts.append(shown)
        cells.append([f"{opening}{text}</td>" for text in whole])
    for record, record.texts, row in zip(records, zip(*texts, strict=True), zip(*cells, strict=True), strict=False):
        record.html = "".join(row)
    return records


def _texts(kind: Renderer, values: Sequence[Sequence[Any]], names: list[str], labels: Any) -> list[str]:
    """A column's cells as markup, from its value and its extras in all rows. Many rows say the same: written once."""
    cell, known, texts = Cell(None, (), names, labels), dict[Any, str](), list[str]()
    repeats = all(set(map(type, part)) <= REPEATED for part in values)
    for each in zip(*values, strict=True):
        text = known.get(each) if repeats else None
        if text is None:
            cell.value, cell.extra = each[0], each[1:]
            text = kind.html(cell)
            text = text if type(text) is Markup else plain(text)
            if repeats:
                known[each] = text
        texts.append(text)
    return texts


def make_heads(state: State) -> list[Head]:
    """The heads of the shown columns."""
    heads = []
    unsorted = state.url("sort")
    sorted_by = f"{unsorted}{'&' if '?' in unsorted else '?'}sort="
    for column in state.columns:
        classes = "kz-num" if renderer(column).numeric else ""
        direction = url = ""
        if column.sortable:
            here = state.sort.column is not None and state.sort.column.key == column.key
            if here:
                direction = "descending" if state.sort.descending else "ascending"
            next_sort = Sort(column, here and not state.sort.descending)
            is_default = next_sort.argument == state.default_sort.argument
            url = unsorted if is_default else sorted_by + quote_plus(next_sort.argument)
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
