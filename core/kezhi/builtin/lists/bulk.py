"""Actions on several records: the bar above the list, and the records that were chosen in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from flask import current_app, render_template, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from sqlalchemy import Select, func, select
from werkzeug.datastructures import MultiDict

from kezhi import ListView, Refused, acting_user, db, visible_ids
from kezhi.i18n import gettext as _
from kezhi.listing.query import count_select
from kezhi.shell import constant_url, parts

from .contributions import BulkAction

MOST_CHOSEN = 500  #: boxes ticked by hand


@dataclass(frozen=True, slots=True)
class Selection:
    """The chosen records: a select of their ids, narrowed to what the acting user sees, and how many there are.

    ``fields`` are the arguments that carry the same choice on to a page that asks once more.
    """

    ids: Select[Any]
    count: int
    fields: tuple[tuple[str, str], ...]


def actions_of(view: ListView) -> list[BulkAction]:
    """What the acting user may do to several records of a list."""
    user = acting_user()
    offered = [*view.actions, *current_app.extensions["kezhi"].call.list_actions(model=view.model)]
    return [each for each in offered if each.permission is None or user.can(each.permission)]


def bulk_bar(view: ListView, page: Any) -> str | None:
    """The bar; None where nothing can be done, which also takes the boxes from the rows."""
    found = [(str(each.title), each.icon, each.danger, constant_url(each.endpoint)) for each in actions_of(view)]
    if not found or not page.rows:
        return None
    bar = parts(
        "lists/_bulk.html",
        actions=tuple(found),
        query=request.query_string.decode(),
        list_path=f"{request.script_root}{request.path}",
        is_part=bool(page.next_cursor or page.previous_cursor),
    )
    return Markup(f"{bar.before}{generate_csrf()}{bar.behind}")


def selected(view: ListView) -> Selection:
    """The records that were chosen in the list: the ticked ones, or all that fulfil the filters.

    Errors: ``Refused`` when none is chosen, or a box says something strange.
    """
    form = request.form
    back = [("query", form.get("query", "")), ("back", form.get("back", ""))]
    if form.get("all"):
        state = view.state(MultiDict(parse_qsl(form.get("query", ""))))
        rows = count_select(view.source, state, limit=None).subquery()
        ids, fields = select(rows.c.key), [("all", "1"), *back]
    else:
        given = form.getlist("ids")
        if len(given) > MOST_CHOSEN or not all(text.isdecimal() and len(text) < 19 for text in given):
            raise Refused(_("This choice of records cannot be read; choose them anew."))
        seen = visible_ids(view.model)
        ids = select(view.key).where(view.key.in_([int(text) for text in given]), *view.source.conditions)
        ids = ids if seen is None else ids.where(view.key.in_(seen))
        fields = [*(("ids", text) for text in given), *back]
    count = db.session.scalar(select(func.count()).select_from(ids.subquery())) or 0
    if not count:
        raise Refused(_("Choose at least one record."))
    return Selection(ids, count, tuple(fields))


def confirm_page(chosen: Selection, title: str, effects: list[str], button: str, *, danger: bool = False) -> str:
    """The page that says what will happen to the chosen records; its button sends ``confirmed`` to the same address."""
    given: dict[str, Any] = {"title": title, "effects": effects, "button": button, "danger": danger}
    return render_template("lists/confirm.html", chosen=chosen, back=back_to(""), **given)


def back_to(default: str) -> str:
    """The address of the list from which records were chosen, else ``default``; never another site's."""
    back, query = request.form.get("back", ""), request.form.get("query", "")
    local = back.startswith("/") and not back.startswith(("//", "/\\"))
    return (f"{back}?{query}" if query else back) if local else default
