"""The pages of the audit log, and the record of refusals."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request

from kezhi import NotFound, acting_user, db, requires
from kezhi.permissions import LOGGED_IN, PUBLIC, declared_permission

from .pages import READ, entry_page, log_view
from .services import Refusals

log = logging.getLogger("kezhi.audit")


def blueprint() -> Blueprint:
    """``/audit`` and what is below it."""
    pages = Blueprint("audit", __name__, url_prefix="/audit")
    pages.add_url_rule("", "index", index)
    pages.add_url_rule("/<int:seq>", "show", show)
    refusals = Refusals()
    pages.after_app_request(lambda response: _note_refusal(refusals, response))
    return pages


@requires(READ)
def index() -> Any:
    """The log."""
    return log_view().respond("audit/index.html")


@requires(READ)
def show(seq: int) -> str:
    """One entry."""
    if seq >= 2**63:
        abort(404)
    try:
        return render_template("audit/show.html", **entry_page(seq))
    except NotFound:
        abort(404)


def _note_refusal(refusals: Refusals, response: Response) -> Response:
    """A person who lacks the permission of a page or an action. The answer goes out also when it cannot be kept."""
    if response.status_code != 404 or request.endpoint is None:
        return response
    try:
        view = current_app.view_functions.get(request.endpoint)
        permission = declared_permission(view) if view is not None else None
        user = acting_user()
        if permission not in (None, PUBLIC, LOGGED_IN) and user.is_authenticated and not user.can(permission):
            method = "GET" if request.method in ("GET", "HEAD") else request.method
            refusals.note(user.login, request.endpoint, method, str(permission))
    except Exception:
        log.warning("audit: a refusal could not be put on record", exc_info=True)
        db.session.rollback()
    return response
