"""Lists as files: the filtered rows in the shown columns, on record before the first byte leaves (CUS-08)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response, abort, request
from markupsafe import Markup

from kezhi import ListView, Refused, acting_user, db
from kezhi.audit import record_alone
from kezhi.cells import Cell
from kezhi.db import end_reading
from kezhi.i18n import gettext as _
from kezhi.listing.page import renderer, spans
from kezhi.listing.query import count_select, legs_of, page_select
from kezhi.listing.state import State
from kezhi.listing.view import position_of
from kezhi.shell import parts

from . import files


def answer(view: ListView, kind: str) -> Response:
    """The answer to an address that asks for a file."""
    return export(view, request.args, kind)


def may_export(view: ListView) -> bool:
    """Whether the acting user may take this list away."""
    return view.export_permission is not None and acting_user().can(view.export_permission)


def export(view: ListView, args: Mapping[str, Any], kind: str) -> Response:
    """The list as a file. Errors: 404 without the right, 400."""
    if not may_export(view):
        abort(404)
    if kind not in files.FORMATS:
        raise Refused(_("A list is exported as csv or xlsx, not as “%(value)s”.", value=kind))
    state = view.state(args)
    count_select(view.source, state, 1)  # refuses values that are none before anything is put on record
    record_alone(
        "list.export",
        "list",
        view.name,
        format=kind,
        columns=[column.key for column in state.columns],
        filters=[condition.column.key for condition in state.conditions] + (["q"] if state.words else []),
    )
    return files.respond(kind, view.name, export_head(view, args), exported(view, state))


def export_head(view: ListView, args: Mapping[str, Any]) -> list[str]:
    """The heads of the exported columns."""
    return [files.neutral(str(column.label)) for column in view.state(args).columns]


def export_rows(view: ListView, args: Mapping[str, Any]) -> Iterator[list[str]]:
    """Every filtered row as text, neutralised for spreadsheets."""
    for row in exported(view, view.state(args)):
        yield [files.export_text(value) for value in row]


def exported(view: ListView, state: State, chunk: int = 1_000) -> Iterator[list[Any]]:
    """Every filtered row as values for a file, in the shown columns. Memory does not grow with the rows."""
    kinds, where = [renderer(column) for column in state.columns], spans(state.columns, view.choices(state))
    entities = view.entities(state)
    for number, leg in enumerate(legs_of(state.sort, view.key)):
        after = None
        while True:
            statement = page_select(view.source, state, leg, entities, state.columns, chunk, after=after)
            rows = db.session.execute(statement).all()
            end_reading()  # a slow reader holds neither snapshot nor connection
            for row in rows:
                cells = [Cell(row[at], row[at + 1 : end], names, labels) for at, end, names, labels in where]
                yield [kind.export(cell) for kind, cell in zip(kinds, cells, strict=True)]
            if len(rows) < chunk:
                break
            after = position_of(number, rows[-1])


def export_menu(view: ListView, page: Any) -> str | None:
    """The menu of files."""
    if not may_export(view):
        return None
    urls = tuple((kind, page.state.url("size", format=kind)) for kind in files.FORMATS)
    return Markup(parts("lists/_export.html", urls=urls).menu)
