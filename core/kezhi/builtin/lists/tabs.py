"""The saved views of a list as tabs above it, each with its count in one later request."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import jsonify, redirect, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from kezhi import KezhiError, ListView, acting_user
from kezhi.shell import constant_url, parts

from . import services

KEPT = 60.0  #: seconds for which a person's counts are kept
MOST_KEPT = 10_000

_counts: dict[tuple[Any, ...], tuple[float, dict[str, str]]] = {}


def open_default(view: ListView, _value: str) -> Any:
    """Open the list as the person wants it opened; an address that says anything is taken by its word."""
    if request.method != "GET" or acting_user().id is None:
        return None
    chosen = services.default_of(view.name)
    return redirect(url_of(chosen, request.path)) if chosen is not None else None


def url_of(view: Any, path: str) -> str:
    """The address of a list in a view. One list may stand on several pages: ``path`` is the one that is looked at."""
    return f"{request.script_root}{path}?{'&'.join(filter(None, [view.query, f'view={view.id}']))}"


def views_bar(view: ListView, page: Any) -> Mapping[str, Any] | str | None:
    """The tabs: all views, which one is current; and what keeps a change where the list now says otherwise than it."""
    if acting_user().id is None:
        return None
    here = f"{request.script_root}{request.path}"
    found = services.views_of(view.name)
    named = request.args.get("view", "")
    current = next((each for each in found if str(each.id) == named), None)
    now = services.cleaned(request.query_string.decode())
    tabs = parts(
        "lists/_tabs.html",
        tabs=tuple((each.id, each.title, each.shared, url_of(each, request.path)) for each in found),
        all_url=f"{here}?view=all",
        counts_url=f"{here}?counts=1" if found else "",
        current=current and current.id,
        current_title=current and current.title,
        edit_url=current and url_for("lists.edit", view_id=current.id),
        new_url=f"{constant_url('lists.new')}?{_encoded(('list', view.name), ('path', here), ('query', now))}",
        is_all=current is None and not page.state.is_narrowed,
    )
    if current is not None and _same(current.query) != _same(now) and services.may_change(current):
        return {"tabs": tabs, "current": current, "query": now}
    return Markup(tabs.before + tabs.behind)


@lru_cache(maxsize=512)
def _encoded(*arguments: tuple[str, str]) -> str:
    return urlencode(arguments)


def counts(view: ListView, _value: str) -> Any:
    """The counts of all tabs as JSON, by the views' numbers; kept for a minute per person."""
    user = acting_user()
    found = services.views_of(view.name)
    key = (request.host, user.id, view.name, tuple((each.id, each.query) for each in found))
    kept = _counts.get(key)
    if kept is None or time.monotonic() - kept[0] > KEPT:
        if len(_counts) >= MOST_KEPT:
            _counts.clear()
        texts = {"all": view.count_text({})}
        for each in found:
            try:
                texts[str(each.id)] = view.count_text(MultiDict([*parse_qsl(each.query), ("view", str(each.id))]))
            except KezhiError:  # a filter whose value is none any more: the tab stands without a count
                continue
        kept = _counts[key] = time.monotonic(), texts
    answer = jsonify(kept[1])
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _same(query: str) -> list[tuple[str, str]]:
    return sorted(parse_qsl(query))
