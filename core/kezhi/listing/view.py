"""ListView: a list as its owner declares it, with the columns that plugins add."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Response, current_app, render_template, request
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, func, null, select

from ..contributions import Column
from ..db import db, end_reading
from ..errors import PluginError
from ..permissions import acting_user
from ..shell import parts
from ..visibility import narrowed, visible_where
from .page import ListRow, Page, make_chips, make_heads, make_rows, renderer
from .query import Leg, Source, at, count_select, legs_of, looking_into, page_select, sort_value
from .state import Sort, State, read_state
from .values import Position, decode, encode, parse, value_type

CAP = 10_000  #: counts are exact up to here
SIZES = (50, 100)

log = logging.getLogger("kezhi.listing")


class ListView:
    """A list of ``model``, narrowed to what the acting user sees, in the columns that the user may read.

    ``order`` names the column the list is sorted by at first (its key and ``"asc"`` or ``"desc"``). ``search`` are the
    expressions that ``q`` looks into: codes by how they start, others by what they contain; or a function that answers
    what one word of it means. ``where`` always holds.
    ``link`` gives the address of a row's record. ``title`` heads the page; ``kind`` says what the rows are (plural).
    ``matching`` is the word behind the count, where the rows have a counter of their own; ``search_hint`` stands in the
    empty search field.
    Without ``export_permission`` the list cannot be exported. ``faces`` and ``actions`` are read by the tools of lists:
    other ways to show the records, and what can be done to several of them at once.
    """

    def __init__(
        self,
        *,
        name: str,
        model: type,
        columns: Sequence[Column],
        key: Any = None,
        order: tuple[str, str] = ("code", "asc"),
        search: Sequence[Any] | Callable[[str], ColumnElement[bool]] = (),
        where: Sequence[ColumnElement[bool]] = (),
        link: Callable[[ListRow], str] | None = None,
        title: Any = "",
        kind: Any = "",
        matching: Any = "",
        search_hint: Any = "",
        page_size: int = 50,
        export_permission: str | None = None,
        faces: Sequence[Any] = (),
        actions: Sequence[Any] = (),
    ) -> None:
        self.name, self.model, self.link = name, model, link
        self.key: Any = key if key is not None else model.id  # type: ignore[attr-defined]
        self.title, self.kind = title, kind
        self.matching, self.search_hint = matching, search_hint
        self.page_size = page_size
        self.sizes = tuple(sorted({*SIZES, page_size}))
        self.export_permission, self.faces, self.actions = export_permission, faces, actions
        self.columns = self._permitted(columns)
        self.default_sort = self._default_sort(*order)
        codes = {str(column.expr) for column in columns if column.render == "code"}
        self.is_searched, self.is_filtered = bool(search), any(each.filter for each in self.columns.values())
        self.source = Source(model, self.key, where, search if callable(search) else looking_into(search, codes))

    def respond(self, template: str = "kezhi/list.html", **context: Any) -> Any:
        """Answer the request: the page, the count as text (``?count=1``), or what a tool makes of it.

        ``template`` extends ``kezhi/list.html``; a tool that shows the records otherwise extends it in turn.
        """
        self.template, self.context = template, context
        given: dict[str, str] = request.args.to_dict()
        if given.get("count"):
            return Response(self.count_text(request.args), mimetype="text/plain")
        for tool in current_app.extensions["kezhi"].list_tools:
            asked = given.get(tool.argument) if tool.argument else None if given else ""
            answer = tool.answer(self, asked) if tool.answer is not None and asked is not None else None
            if answer is not None:
                return answer
        return render_template(template, view=self, page=self.page(request.args), **context)

    def page(self, args: Mapping[str, Any], size: int | None = None) -> Page:
        """The page that ``args`` describe, of ``size`` rows if given, in one or two statements. Errors: 400."""
        state = self.state(args)
        state = state if size is None else replace(state, size=size, default_size=size)  # no size that one may ask for
        legs = legs_of(state.sort, self.key)
        found, backward = self._read(state, legs)
        more, found = len(found) > state.size, found[: state.size]
        if backward:
            found.reverse()
        has_next = bool(found) and (more or backward)
        has_previous = bool(found) and (more if backward else bool(state.place.get("after") or state.place.get("from")))
        words = self.choices(state)
        return Page(
            state=state,
            rows=make_rows(state.columns, [row for _leg, row in found], self.link, words),
            columns=make_heads(state),
            chips=make_chips(state, words),
            next_cursor=encode(position_of(*found[-1])) if has_next else None,
            previous_cursor=encode(position_of(*found[0])) if has_previous else None,
            sizes=self.sizes,
        )

    def count(self, args: Mapping[str, Any], cap: int = CAP) -> int:
        """How many records fulfil the filters: exact up to ``cap``, ``cap + 1`` for more."""
        rows = count_select(self.source, self.state(args), cap + 1).subquery()
        return db.session.scalar(select(func.count()).select_from(rows)) or 0

    def count_text(self, args: Mapping[str, Any], cap: int = CAP) -> str:
        """The count as people read it: ``1,207``, or ``10,000+``."""
        count = self.count(args, cap)
        return f"{count:,}" if count <= cap else f"{cap:,}+"

    def fixed(self, page: Page) -> Any:
        """What of the page follows from its title, columns, order and addresses alone, as parts of a template."""
        state, jump = page.state, page.jump_type
        urls = state.url("sort", "columns", "size", count=1), state.url(part="filters"), state.url(part="columns")
        return parts(
            "kezhi/_list_fixed.html",
            words=tuple(map(str, (self.title or self.kind, self.matching, self.search_hint))),
            heads=tuple((str(each.column.label), each.classes, each.direction, each.sort_url) for each in page.columns),
            carried_on=(tuple(state.arguments("q")), tuple(state.arguments())),
            urls=urls,
            sizes=tuple((size, state.url("size", size=size)) for size in page.sizes),
            size=(state.size, state.default_size, state.url("size")),
            jump=(jump, jump and str(state.sort.column and state.sort.column.label), state.place.get("from", "")),
        )

    # ── tools ───────────────────────────────────────────────────────────────────────────────────────────────────

    @pass_context
    def tools(self, shown: Context, slot: str, page: Page) -> Markup:
        """What the tools of lists put into one place of the page ``shown``. One that fails is left out."""
        found = Markup()
        for tool in current_app.extensions["kezhi"].list_tools:
            try:
                context = tool.context(self, page) if tool.slot == slot else None
                if isinstance(context, Markup):
                    found += context
                elif context is not None:
                    template = shown.environment.get_template(tool.template)
                    given = template.new_context(
                        {**shown.get_all(), "view": self, "page": page, **context}, shared=True
                    )
                    found += Markup("".join(template.root_render_func(given)))
            except Exception:
                log.exception("list %s: the tool %s failed and is left out", self.name, tool.key)
                end_reading()  # a failed statement would take the statements after it along
        return found

    # ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────

    def state(self, args: Mapping[str, Any]) -> State:
        """What ``args`` say about this list. Errors: 400."""
        return read_state(args, self.columns, self.default_sort, self.page_size, self.sizes)

    def _read(self, state: State, legs: list[Leg]) -> tuple[list[tuple[int, Any]], bool]:
        """One row more than a page, each with its leg, in reading direction; whether that is backward.

        A way back that ends before the page is full starts over from the first row: first pages are whole.
        """
        column, value = state.sort.column, sort_value(state.sort, self.key)
        before, after = state.place.get("before"), state.place.get("after")
        position = decode(before or after or "", value, self.key, len(legs)) if before or after else None
        if before and position is not None:
            found = self._legs(state, legs, position, None, backward=True)
            if len(found) > state.size:
                return found, True
            return self._legs(state, legs, None, None), False
        start = None
        if position is None and column is not None and state.place.get("from"):
            start = parse(column, state.place["from"])
        return self._legs(state, legs, position, start), False

    def _legs(
        self, state: State, legs: list[Leg], position: Position | None, start: Any, *, backward: bool = False
    ) -> list[tuple[int, Any]]:
        first = position.leg if position is not None else 0
        numbers = range(first, -1, -1) if backward else range(first, len(legs))
        found: list[tuple[int, Any]] = []
        for number in numbers:
            place: Any = {"after": position, "start": start} if number == first else {}
            statement = self._select(
                state, number, legs[number], state.size + 1 - len(found), backward=backward, **place
            )
            given = at(legs[number], position) if position is not None and number == first else {}
            # rows of columns, narrowed as the session narrows: nothing of it is an object that a session keeps
            found += [(number, row) for row in db.session.connection().execute(narrowed(statement), given).all()]
            if len(found) > state.size:
                break
        return found

    def _select(self, state: State, number: int, leg: Leg, limit: int, **place: Any) -> Select[Any]:
        """The statement of a leg. Of pages that are asked for again and again it is kept, with what SQLAlchemy made of
        it: of those under no filter but choices. Its key holds all that it is made of; the place is a parameter."""
        own, behind = self.source, (place.get("after") is not None, place["backward"], place.get("start"))
        filters = [(f.kind, f.apply, value_type(c.column.expr)) for c in state.conditions if (f := c.column.filter)]
        is_kept = not (state.words or own.conditions) and set(filters) <= {("choice", None, str)}
        pieces = (visible_where(self.model), self.key, state.sort.column, *state.columns)
        chosen = [pair for condition in state.conditions for pair in condition.arguments()]
        key = (self.model, number, limit, state.sort.descending, *behind, *map(id, pieces), *chosen)

        def made() -> tuple[Any, Select[Any]]:  # its pieces are kept along: else their ids could come to mean others
            return pieces, page_select(own, state, leg, self.entities(state), state.columns, limit, **place)

        return (current_app.extensions["kezhi"].host.kept("list", key, made) if is_kept else made())[1]

    def entities(self, state: State) -> list[Any]:
        """What is selected: the key, the value sorted by, then each column with its extras."""
        value = sort_value(state.sort, self.key)
        sorted_by = null() if value is None else value
        return [self.key, sorted_by, *(part for column in state.columns for part in (column.expr, *column.extra))]

    # ── columns ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _permitted(self, own: Sequence[Column]) -> dict[str, Column]:
        """The columns that exist for the acting user, in their order."""
        user = acting_user()
        offered = sorted([*own, *self._added()], key=lambda column: column.order)
        found: dict[str, Column] = {}
        for column in offered:
            if column.key in found:
                raise ValueError(f"list {self.name!r} has two columns {column.key!r}")
            renderer(column)
            if column.permission is None or user.can(column.permission):
                found[column.key] = column
        return found

    def _added(self) -> list[Column]:
        pairs = current_app.extensions["kezhi"].call.attributed.list_columns(model=self.model)
        for plugin, column in pairs:
            if not column.key.startswith(f"{plugin}."):
                raise PluginError(plugin, f"column {column.key!r} must start with {plugin}.", stage="list_columns")
        return [column for _plugin, column in pairs]

    def _default_sort(self, key: str, direction: str) -> Sort:
        if direction not in ("asc", "desc"):
            raise ValueError(f"list {self.name!r} is ordered {direction!r}: asc or desc")
        return Sort(self.columns.get(key), direction == "desc")

    def choices(self, state: State) -> dict[str, dict[str, Any]]:
        """The labels of the choices of each column that shows them: in its cells, or in a filter in force."""
        used = [column for column in state.columns if renderer(column).labelled]
        used += [condition.column for condition in state.conditions]
        return {
            column.key: {choice.value: choice.label for choice in column.filter.choices()}
            for column in {column.key: column for column in used}.values()
            if column.filter is not None and column.filter.choices is not None
        }


def position_of(leg: int, row: Any) -> Position:
    return Position(leg, row[1] if leg == 0 else None, row[0])
