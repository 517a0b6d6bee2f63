"""Other faces of a list: a board with lanes, a calendar. The same filters, columns and access as the table."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from babel.dates import format_date, format_skeleton
from flask import render_template, request, url_for
from flask_babel import get_locale
from sqlalchemy import func
from werkzeug.datastructures import MultiDict

from kezhi import Choice, ListView, Refused, acting_user, clock, db
from kezhi.i18n import gettext as _
from kezhi.listing import ListRow, Page
from kezhi.listing.query import count_select
from kezhi.visibility import visible_where

from .contributions import Board, Calendar

CARDS = 20  #: of a lane; the rest is in the table
FEW = 200  #: records of a board that are read together
A_DAY = 4  #: entries on one day of a month
A_MONTH = 400  #: entries read for a month
MOST_LANES = 12


class TableCell(NamedTuple):
    """A cell: markup, its place when rows become cards, and the address of the record in the leading one."""

    html: str
    phone: str = ""
    url: str = ""


def cells_of(row: ListRow) -> list[TableCell]:
    """The cells of a record one by one, for who puts them elsewhere than into a table."""
    urls = [row.url if at == row.lead else "" for at in range(len(row.texts))]
    return [TableCell(*each) for each in zip(row.texts, row.phones, urls, strict=True)]


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane: its value and label, its first cards, how many there are in all, and where the rest is."""

    value: str
    label: Any
    tone: str
    page: Page
    count: str
    rest_url: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a month with its entries."""

    day: date
    inside: bool  #: of the month itself, not of a week's rest
    is_today: bool
    rows: list[Any]
    more: int
    url: str


def faces_of(view: ListView) -> list[Any]:
    """The faces whose column the acting user may read."""
    return [face for face in view.faces if face.column in view.columns]


def face_switch(view: ListView, page: Any) -> Mapping[str, Any] | None:
    """What the switch gets: the table and each other face, with its address."""
    found = faces_of(view)
    if not found:
        return None
    titles = {"board": _("Board"), "calendar": _("Calendar")}
    current = request.args.get("face", "")
    plain = [pair for pair in page.state.arguments() if pair[0] not in ("face", "month")]
    choices = [("", _("Table"), "list-ul"), *((each.key, each.title or titles[each.key], each.icon) for each in found)]
    return {"faces": [(title, icon, _address(plain, key), key == current) for key, title, icon in choices]}


def answer(view: ListView, key: str) -> Any:
    """The list in another face. Errors: 400 for one that it has not."""
    face = next((each for each in faces_of(view) if each.key == key), None)
    if face is None:
        raise Refused(_("This list cannot be shown as “%(value)s”.", value=key))
    shown = board(view, face, request.args) if isinstance(face, Board) else month(view, face, request.args)
    template = "lists/board.html" if isinstance(face, Board) else "lists/calendar.html"
    # it extends the list's own page, with its buttons and notes
    return render_template(
        template, **{**view.context, **shown, "view": view, "list_page": view.template, "cells_of": cells_of}
    )


# ── board ───────────────────────────────────────────────────────────────────────────────────────────────────────


def board(view: ListView, face: Board, args: MultiDict[str, str]) -> dict[str, Any]:
    """What a board shows: three statements for few records, two a lane for many, however many there are."""
    column = view.columns[face.column]
    choices = list(column.filter.choices()) if column.filter is not None and column.filter.choices is not None else []
    chosen = args.getlist(f"f.{face.column}")
    lanes = [each for each in choices if (not face.lanes or each.value in face.lanes) and
             (not chosen or each.value in chosen)][:MOST_LANES]  # fmt: skip
    card = [key for key in face.card if key in view.columns] or [head for head in view.columns if head != face.column]
    shown = [key for key in _lead(view) if key not in card] + card
    may_move = bool(face.move) and (face.permission is None or acting_user().can(face.permission))
    return {
        "page": view.page(_with(args, columns=None), size=1),
        "lanes": _few(view, face, lanes, args, shown) or [_lane(view, face, each, args, shown) for each in lanes],
        "labels": {each.value: each.label for each in choices},
        "move_url": url_for(face.move) if may_move else "",
        "above": face.above,
        "below": face.below,
    }


def _few(view: ListView, face: Board, lanes: list[Choice], args: MultiDict[str, str], shown: list[str]) -> list[Lane]:
    """The lanes of a board with few records, which are read together and laid out here; empty when there are many.

    Who sees few of many records pays for finding them: once, and not for every lane. Who sees all of them does not.
    """
    if visible_where(view.model) is None:
        return []
    column, key = view.columns[face.column], f"f.{face.column}"
    if not lanes or column.join is not None or column.filter is None or column.filter.apply is not None:
        return []  # what a lane is made of is not the value of a column of the record
    all_of_them = _with(args, **{key: None, f"op.{face.column}": None, "columns": ",".join(shown)})
    all_of_them.setlist(key, [lane.value for lane in lanes])
    asked = count_select(view.source, view.state(all_of_them), limit=FEW + 1)
    lane_of = {row[0]: row[1] for row in db.session.execute(asked.add_columns(column.expr))}
    if len(lane_of) > FEW:
        return []
    whole = view.page(all_of_them, size=FEW)
    found = []
    for lane in lanes:
        mine = [row for row in whole.rows if str(lane_of.get(row.id)) == lane.value]
        rest = view.state(_with(all_of_them, **{key: lane.value})).arguments("columns")
        page = replace(whole, rows=mine[:CARDS], next_cursor="more" if len(mine) > CARDS else None)
        found.append(_lane_of(face, lane, page, str(len(mine)), rest))
    return found


def _lane(view: ListView, face: Board, lane: Choice, args: MultiDict[str, str], shown: list[str]) -> Lane:
    key = f"f.{face.column}"
    mine = _with(args, **{key: lane.value, f"op.{face.column}": None, "columns": ",".join(shown)})
    page = view.page(mine, size=CARDS)
    count = view.count_text(mine) if page.next_cursor else str(len(page.rows))
    return _lane_of(face, lane, page, count, page.state.arguments("columns"))


def _lane_of(face: Board, lane: Choice, page: Page, count: str, arguments: list[tuple[str, str]]) -> Lane:
    plain = [pair for pair in arguments if pair[0] not in ("face", "columns", "size")]
    return Lane(lane.value, lane.label, face.tones(lane.value) if face.tones else "gray", page, count, _address(plain))


def _lead(view: ListView) -> list[str]:
    """The code and the name of a record, which head its card."""
    kinds = {column.render: key for key, column in reversed(view.columns.items())}
    return [kinds[kind] for kind in ("code", "name") if kind in kinds]


# ── calendar ────────────────────────────────────────────────────────────────────────────────────────────────────


def month(view: ListView, face: Calendar, args: MultiDict[str, str]) -> dict[str, Any]:
    """What a calendar shows: the days of one month in whole weeks, in three statements."""
    first = _month(args.get("month", ""))
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    start, end = weeks[0][0], weeks[-1][-1]
    column = view.columns[face.column]
    low, high = f"from.{face.column}", f"to.{face.column}"
    shown = ",".join([*_lead(view), face.column] if _lead(view) else [*list(view.columns)[:2], face.column])
    span = _with(args, **{low: start.isoformat(), high: end.isoformat(), "columns": shown, "month": None})
    state = view.state(span)
    counted = count_select(view.source, state, limit=None).with_only_columns(column.expr, func.count())
    counts = {row[0]: row[1] for row in db.session.execute(counted.group_by(column.expr))}
    sort = {"sort": face.column} if column.sortable else {}
    rows: dict[date, list[Any]] = {}
    for row in view.page(_with(span, **sort), size=A_MONTH).rows:
        rows.setdefault(row.values[face.column], []).append(row)

    def entry(day: date) -> Day:
        mine = rows.get(day, [])[:A_DAY]
        url = _address(
            view.state(_with(args, **{low: day.isoformat(), high: day.isoformat(), "face": None})).arguments()
        )
        more = counts.get(day, 0) - len(mine)
        return Day(day, day.month == first.month, day == clock.today(), mine, more, url)

    before, after = first - timedelta(days=1), (first + timedelta(days=31)).replace(day=1)
    plain = view.state(args).arguments()
    locale = get_locale()
    return {
        "page": view.page(_with(args, columns=None, month=None), size=1),
        "heading": format_skeleton("yMMMM", first, locale=locale),
        "weeks": [[entry(day) for day in week] for week in weeks],
        "names": [format_date(day, "EEE", locale=locale) for day in weeks[0]],
        "previous_url": _address([*plain, ("month", f"{before:%Y-%m}")]),
        "next_url": _address([*plain, ("month", f"{after:%Y-%m}")]),
        "today_url": _address(plain),
    }


def _month(text: str) -> date:
    try:
        found = date.fromisoformat(f"{text}-01") if text else clock.today().replace(day=1)
    except ValueError:
        raise Refused(_("There is no month “%(value)s”.", value=text)) from None
    if not 1900 <= found.year <= 9000:
        raise Refused(_("There is no month “%(value)s”.", value=text))
    return found


# ── addresses ───────────────────────────────────────────────────────────────────────────────────────────────────


def _with(args: Mapping[str, Any], **changes: str | None) -> MultiDict[str, str]:
    """The arguments with some replaced, or left out where None; without a place in the table."""
    found = MultiDict(args.items(multi=True) if isinstance(args, MultiDict) else args)
    for name in ("after", "before", "from", "count", *changes):
        found.poplist(name)
    for name, value in changes.items():
        if value is not None:
            found.add(name, value)
    return found


def _address(arguments: list[tuple[str, str]], face: str = "") -> str:
    from kezhi.listing.state import address

    return address([*arguments, ("face", face)] if face else arguments)
