"""The rows with problems as a grid: a person's columns of the file, the bad cells marked, with what would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import exists, select

from kezhi import db

from ..contributions import Importer
from ..models import Batch, Problem, Row
from .mending import one_line
from .reports import column_names

ROWS = 50  #: on a page
MOST_COLUMNS = 12
FEWEST_COLUMNS = 6  #: a row is not known by one cell


@dataclass(slots=True)
class Cell:
    """A cell of the grid. ``level`` is empty, ``warning`` or ``error``."""

    place: int
    text: str
    level: str = ""
    messages: list[str] = field(default_factory=list)
    is_open: bool = False  #: can be mended here
    suggestions: Sequence[tuple[str, str]] = ()


@dataclass(slots=True)
class GridRow:
    """A row of the file with its number there; ``messages`` are about it as a whole."""

    number: int
    action: str
    cells: list[Cell]
    messages: list[str] = field(default_factory=list)

    @property
    def title(self) -> int:
        """The place of the cell that says best which row it is: the longest of the right ones among the first."""
        right = [cell for cell in self.cells if not cell.level and not cell.is_open][:3]
        return max(right, key=lambda cell: len(cell.text)).place if right else -1


@dataclass(frozen=True, slots=True)
class Grid:
    heads: list[str]
    rows: list[GridRow]
    after: int = 0  #: the row behind which it begins
    more: int = 0  #: the last row shown, when there are more behind it


def grid(importer: Importer, batch: Batch, level: str, after: int = 0, typed: Mapping[Any, str] | None = None) -> Grid:
    """The rows behind ``after`` that have an error, or (``warning``) that are odd and good.

    ``typed`` holds what a person has put into cells already (row, place). A constant number of statements.
    """
    has = exists().where(Problem.batch_id == Row.batch_id, Problem.row == Row.row, Problem.level == level)
    chosen = select(Row.row, Row.raw, Row.action).where(Row.batch_id == batch.id, Row.row > after, has)
    if level == "warning":
        chosen = chosen.where(Row.bad.is_(False))
    found = db.session.execute(chosen.order_by(Row.row).limit(ROWS + 1)).all()
    rows = found[:ROWS]
    problems: dict[int, list[Any]] = {}
    statement = select(Problem.row, Problem.column, Problem.level, Problem.message)
    numbers = [row.row for row in rows]
    statement = statement.where(Problem.batch_id == batch.id, Problem.row.in_(numbers)).order_by(Problem.id)
    for each in db.session.execute(statement):
        problems.setdefault(each.row, []).append(each)
    places = {key: batch.header.index(column) for key, column in batch.mapping.items() if column in batch.header}
    shown = _columns(importer, places, {each.column for several in problems.values() for each in several})
    names = column_names(batch)
    made = [_row(row, problems.get(row.row, []), shown, places, names, level, typed or {}) for row in rows]
    _suggest(importer, shown, made)
    return Grid([names[key] for key in shown], made, after, rows[-1].row if len(found) > ROWS else 0)


def _columns(importer: Importer, places: Mapping[str, int], troubled: set[str]) -> list[str]:
    """The fields to show, in the order of the file: what has a problem, what says which record it is, some more."""
    order = sorted(places, key=lambda key: places[key])
    telling = {each.key for each in importer.fields if each.required} | set(importer.unique)
    chosen = [key for key in order if key in troubled][:MOST_COLUMNS]
    for rest in ([key for key in order if key in telling], order):
        for key in rest:
            if key not in chosen and len(chosen) < (MOST_COLUMNS if rest is not order else FEWEST_COLUMNS):
                chosen.append(key)
    return sorted(chosen, key=lambda key: places[key])


def _row(
    row: Any,
    problems: list[Any],
    shown: list[str],
    places: Mapping[str, int],
    names: Mapping[str, str],
    level: str,
    typed: Mapping[Any, str],
) -> GridRow:
    cells = {key: Cell(places[key], one_line(row.raw[places[key]])) for key in shown}
    made = GridRow(row.row, row.action or "", list(cells.values()))
    for each in problems:
        cell = cells.get(each.column)
        if cell is None:
            if each.level == level:
                name = names.get(each.column, each.column)
                made.messages.append(f"{name}: {each.message}" if name else each.message)
            continue
        cell.messages.append(each.message)
        cell.level = "error" if "error" in (cell.level, each.level) else each.level
        cell.is_open = cell.level == level
    if level == "error" and not any(cell.level == "error" for cell in made.cells):
        for cell in made.cells:  # what is wrong is the row: any of its cells may be the one
            cell.is_open = True
    for cell in made.cells:
        cell.text = typed.get((made.number, cell.place), cell.text) if cell.is_open else cell.text
    return made


def _suggest(importer: Importer, shown: list[str], rows: list[GridRow]) -> None:
    fields = {each.key: each for each in importer.fields}
    for index, key in enumerate(shown):
        ask = fields[key].suggest if key in fields else None
        cells = [row.cells[index] for row in rows if row.cells[index].level]
        if ask is None or not cells:
            continue
        found = ask([cell.text for cell in cells])
        for cell in cells:
            cell.suggestions = found.get(cell.text, ())
            cell.is_open = cell.is_open or bool(cell.suggestions)
