"""Error pages: what happened, in words, inside the shell. Never SQL, values or traces; those go to the log."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_babel import refresh
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from .db import db
from .errors import Conflict, NotFound, Refused
from .i18n import CHINESE, pick
from .i18n import gettext as _
from .permissions import acting_as
from .users import ANONYMOUS

log = logging.getLogger("kezhi.errors")

RETRY_AFTER = 2  #: seconds until the app for the changed set of plugins is there
#: Texts of a database that is only busy at the moment.
BUSY = ("database is locked", "deadlock detected", "could not serialize")


def init_error_pages(app: Flask) -> None:
    """Register the error pages of ``app``."""
    app.register_error_handler(CSRFError, form_expired)
    app.register_error_handler(Refused, refused)
    app.register_error_handler(NotFound, not_found)
    app.register_error_handler(Conflict, conflict)
    app.register_error_handler(StaleDataError, conflict)
    app.register_error_handler(OperationalError, database_failed)
    app.register_error_handler(ProgrammingError, database_failed)
    app.register_error_handler(HTTPException, http_error)


def error_page(code: int, title: str, text: str, *, retry: bool = False, reference: str = "") -> Response:
    """The page of an error; without the shell when even that cannot be shown."""
    values: dict[str, Any] = {"code": code, "title": title, "text": text, "retry": retry, "reference": reference}
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return make_response({"error": code, "title": title, "text": text}, code)
    _end_transaction()
    try:
        body = render_template("kezhi/error.html", **values)
    except Exception:
        log.warning("the error page was shown without the shell", exc_info=True)
        with _without_database():
            body = render_template("kezhi/error.html", **values)
    return make_response(body, code)


def form_expired(_error: CSRFError) -> Response:
    """A form without a valid token: opened before a log-in or in another browser."""
    text = _("The form is out of date. Go back, reload the page and send it once more; nothing was saved.")
    return error_page(400, _("This form cannot be accepted"), text)


def refused(error: Refused) -> Response:
    """Something the rules do not allow, with its reason."""
    return error_page(400, _("This is not possible"), str(error))


def not_found(_error: Exception) -> Response:
    """What does not exist and what one may not see answer alike."""
    text = _("It may have been moved or deleted, or you have no right to see it. Check the address.")
    return error_page(404, _("This page cannot be found"), text)


def conflict(error: Exception) -> Response:
    """Somebody else was faster."""
    text = str(error) if isinstance(error, Refused) else ""
    return error_page(
        409,
        _("Somebody else changed this in the meantime"),
        text or _("Nothing was saved. Go back, reload the page and look at the present state before you try again."),
    )


def database_failed(error: OperationalError | ProgrammingError) -> Response:
    """503 while the plugins change or the database is busy; anything else is a fault and goes on to the 500 page."""
    _end_transaction()
    busy = any(text in str(error.orig) for text in BUSY)
    if not busy and not _outdated():
        raise error
    response = error_page(
        503,
        _("One moment, please"),
        _("The system is changing at the moment. Nothing was saved; please try again in a few seconds."),
        retry=True,
    )
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def http_error(error: HTTPException) -> Any:
    """The page of a plain HTTP error. Redirects and finished answers pass through."""
    code = error.code or 500
    if error.response is not None or code < 400:
        return error
    if code in (401, 403, 404):
        return not_found(error)
    if code >= 500:
        return server_error(error)
    title, text = _wording(code)
    response = error_page(code, title, text)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def server_error(error: HTTPException) -> Response:
    """A fault of ours, under a number that stands in the log too."""
    code = error.code or 500
    if code == 503:
        return error_page(503, _("One moment, please"), _("Please try again in a few seconds."), retry=True)
    reference = f"{secrets.token_hex(2)}-{secrets.token_hex(2)}".upper()
    log.error("error %s: %s %s", reference, request.method, request.endpoint)
    text = _("Nothing was saved; you can safely try again. The number below helps the administrator to find the cause.")
    return error_page(500, _("Something went wrong here"), text, retry=True, reference=reference)


def _wording(code: int) -> tuple[str, str]:
    if code == 405:
        return _("This address is not for opening"), _("Start from the menu instead.")
    if code == 413:
        largest = int(current_app.config.get("MAX_CONTENT_LENGTH") or 0) // (1024 * 1024)
        text = _("The largest file the system takes is %(size)s MiB. Split it or leave something out.", size=largest)
        return _("This is too large"), text
    if code == 429:
        return _("Too many attempts"), _("Please wait a minute and try again.")
    text = _("Something in the address or the form is missing or damaged. Go back, reload the page and try again.")
    return _("This request cannot be understood"), text


def _outdated() -> bool:
    try:
        return bool(current_app.extensions["kezhi"].outdated())
    except Exception:
        log.warning("the generation cannot be read", exc_info=True)
        return False


def _end_transaction() -> None:
    """A failed statement leaves a transaction that refuses every further one."""
    try:
        db.session.rollback()
    except Exception:
        log.warning("the transaction could not be rolled back", exc_info=True)


@contextmanager
def _without_database() -> Iterator[None]:
    """A page that asks the database for nothing: nobody is logged in, the browser says the language."""
    wanted = request.accept_languages.best_match(["zh-CN", "zh", "en"])
    g.kezhi_bare = True
    g.kezhi_locale = pick(request.cookies.get("kezhi_locale")) or pick(wanted) or CHINESE
    refresh()
    try:
        with acting_as(ANONYMOUS):
            yield
    finally:
        del g.kezhi_bare, g.kezhi_locale
