"""The search page, the suggestions under the box, and the note of what somebody opened."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, Response, render_template, request

from kezhi import acting_user, db, logged_in

from . import services
from .services.places import find_places

log = logging.getLogger("kezhi.search")

ON_PAGE, IN_BOX = 20, 6  #: results of a kind
LONGEST_QUESTION = 200


def blueprint() -> Blueprint:
    """``/search`` and its fragment."""
    pages = Blueprint("search", __name__, url_prefix="/search")
    pages.add_url_rule("", "index", index)
    pages.add_url_rule("/suggestions", "suggestions", suggestions)
    pages.after_app_request(note_opened)
    return pages


@logged_in
def index() -> Any:
    """Everything found, by kinds; what was opened last while nothing is typed."""
    return render_template("search/index.html", **_found(ON_PAGE))


@logged_in
def suggestions() -> Any:
    """The same as a fragment, for the box in the top bar."""
    return render_template("search/suggestions.html", **_found(IN_BOX))


def note_opened(response: Response) -> Response:
    """Keep which record a person opened. A page is shown also when that cannot be kept."""
    if request.method != "GET" or response.status_code != 200 or not acting_user().is_authenticated:
        return response
    try:
        opened = services.opened_record()
        if opened is not None:
            services.note_opened(*opened)
    except Exception:
        log.warning("search: what was opened could not be kept", exc_info=True)
        db.session.rollback()
    return response


def _found(limit: int) -> dict[str, Any]:
    text = " ".join(request.args.get("q", "")[:LONGEST_QUESTION].split())
    places = find_places(text, limit)
    groups = [*services.find(text, limit), *([places] if places else [])]
    return {"text": text, "groups": groups, "recent": [] if text else services.recent_hits()}
