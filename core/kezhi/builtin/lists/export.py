"""Lists as files: the filtered rows in the shown columns, on record before the first byte leaves (CUS-08)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response, abort, request

from kezhi import ListView, Refused, acting_user
from kezhi.audit import record_alone
from kezhi.cells import export_text, neutral
from kezhi.i18n import gettext as _
from kezhi.listing.query import count_select

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
    return files.respond(kind, view.name, export_head(view, args), view.exported(state))


def export_head(view: ListView, args: Mapping[str, Any]) -> list[str]:
    """The heads of the exported columns."""
    return [neutral(str(column.label)) for column in view.state(args).columns]


def export_rows(view: ListView, args: Mapping[str, Any]) -> Iterator[list[str]]:
    """Every filtered row as text, neutralised for spreadsheets."""
    for row in view.exported(view.state(args)):
        yield [export_text(value) for value in row]


def export_menu(view: ListView, page: Any) -> Mapping[str, Any] | None:
    """What the menu of files gets."""
    if not may_export(view):
        return None
    return {"urls": [(kind, page.state.url("size", format=kind)) for kind in files.FORMATS]}
