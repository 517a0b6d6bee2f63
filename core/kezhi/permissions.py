"""Who acts now, and what a route asks for.

Every route declares its permission with :func:`requires` or :func:`public`; an undeclared route stops the start-up
(``check_routes``). What is refused answers like what does not exist: 404.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from flask import abort, current_app, g, has_request_context, redirect, request, url_for
from flask.globals import _cv_app, _cv_request
from flask_login import current_user

from .errors import ConfigurationError
from .users import ANONYMOUS, SYSTEM, User

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

View = TypeVar("View", bound=Callable[..., Any])

LOGGED_IN = ""  #: declared permission of a route that only asks for a login
PUBLIC = "public"


def requires(permission: str) -> Callable[[View], View]:
    """Declare the permission of a view function."""

    def mark(view: View) -> View:
        view.kezhi_permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def logged_in(view: View) -> View:
    """Declare that a view function asks for a login and nothing more."""
    return requires(LOGGED_IN)(view)


def public(view: View) -> View:
    """Declare that a view function answers anybody, logged in or not."""
    return requires(PUBLIC)(view)


def acting_user() -> User:
    """The user of this request, or the one a command named (``acting_as``), else the system."""
    kept = context_values()
    named: User | None = kept.get("kezhi_acting_user")
    if named is not None:
        return named
    if not has_request_context():
        return SYSTEM
    user = kept.get("_login_user") or current_user._get_current_object()  # the plain value, not the proxy
    return user if isinstance(user, User) else ANONYMOUS


def context_values() -> dict[str, Any]:
    """What ``g`` holds, without its proxy, for what a page asks a hundred times; nothing outside of an app context."""
    context = _cv_app.get(None)
    return context.g.__dict__ if context is not None else {}


def kept_here(*key: Any) -> tuple[dict[Any, Any], tuple[Any, ...]]:
    """What the host keeps, and ``key`` with the place that the app is put up at; without proxies: a page asks often."""
    asked = _cv_request.get(None)
    return _cv_app.get().app.extensions["kezhi"].host.memo, (*key, asked.request.script_root if asked else "")


@contextmanager
def acting_as(user: User) -> Iterator[User]:
    """Run a block as ``user`` (commands, jobs, tests)."""
    before = g.get("kezhi_acting_user")
    g.kezhi_acting_user = user
    try:
        yield user
    finally:
        g.kezhi_acting_user = before


def can(permission: str | None) -> bool:
    """Whether the acting user has ``permission``."""
    return acting_user().can(permission)


def declared_permission(view: Callable[..., Any]) -> str | None:
    """What a view declares, looking through decorators; None when it declares nothing."""
    while True:
        found = getattr(view, "kezhi_permission", None)
        if found is not None:
            return str(found)
        inner = getattr(view, "__wrapped__", None)
        if inner is None:
            return None
        view = inner


def check_routes(views: Mapping[str, Callable[..., Any]], known: frozenset[str]) -> None:
    """Refuse to start with a route that declares no permission, or one nobody registered."""
    for endpoint, view in views.items():
        permission = declared_permission(view)
        if permission is None:
            raise ConfigurationError(
                f"route {endpoint!r} declares no permission: add @requires('…'), @logged_in or @public"
            )
        if permission not in (PUBLIC, LOGGED_IN) and permission not in known:
            raise ConfigurationError(
                f"route {endpoint!r} asks for permission {permission!r}, which no plugin registers"
            )


def guard_request() -> Response | None:
    """Before every request: log-in and permission, decided before the view runs."""
    if request.endpoint is None:
        return None
    view = current_app.view_functions.get(request.endpoint)
    permission = declared_permission(view) if view is not None else None
    if permission == PUBLIC:
        return None
    user = acting_user()
    if not user.is_authenticated:
        if request.method == "GET":
            return redirect(url_for("accounts.login", next=request.full_path.rstrip("?")))  # type: ignore[return-value]
        abort(404)
    if user.must_change_password and request.endpoint not in ("accounts.password", "accounts.logout"):
        return redirect(url_for("accounts.password"))  # type: ignore[return-value]
    if permission is None or (permission != LOGGED_IN and not user.can(permission)):
        abort(404)
    return None
