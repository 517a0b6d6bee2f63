"""How much work waits behind the entries of the menu."""

from __future__ import annotations

import logging

from flask import Response, jsonify

from kezhi import acting_user, logged_in
from kezhi.shell import menu_items

log = logging.getLogger("kezhi.tasks")

COUNT_LIMIT = 999  #: a menu shows ``999+`` beyond


@logged_in
def counts() -> Response:
    """How much work waits behind each menu entry: asked for after the page, which never waits for it."""
    found: dict[str, str] = {}
    for item in menu_items(acting_user()):
        if item.count is None:
            continue
        try:
            count = int(item.count())
        except Exception:
            log.exception("menu: the count of %s failed", item.endpoint)
            continue
        if count:
            found[item.endpoint] = str(count) if count <= COUNT_LIMIT else f"{COUNT_LIMIT}+"
    return jsonify(found)
