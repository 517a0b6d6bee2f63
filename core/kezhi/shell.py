"""The shell round every page: menu, language, theme, demo notice, and the kernel's own routes."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, current_app, g, has_request_context, redirect, request, url_for
from flask_babel import refresh
from werkzeug.wrappers import Response as AnyResponse

from .assets import asset, own_file, plugin_file, vendor_file
from .contributions import MenuItem
from .error_pages import init_error_pages
from .filters import init_filters
from .i18n import CHINESE, ENGLISH, catalogue, is_chinese, pick
from .i18n import gettext as _
from .i18n import lazy_gettext as _l
from .permissions import acting_user, kept_here, public
from .security import local_target
from .settings import setting
from .users import User

log = logging.getLogger("kezhi.shell")

GROUPS = {
    "work": _l("Workbench"),
    "customers": _l("Customers"),
    "service": _l("Service"),
    "control": _l("Internal control"),
    "system": _l("System"),
}
YEAR = 365 * 24 * 3600


def kernel_blueprint() -> Blueprint:
    """The kernel's own addresses: static files, the language of visitors."""
    pages = Blueprint("kezhi", __name__)
    pages.add_url_rule("/static/vendor/<path:filename>", "vendor", vendor_file)
    pages.add_url_rule("/static/app/<plugin>/<path:filename>", "plugin_static", plugin_file)
    pages.add_url_rule("/static/<path:filename>", "static", own_file)
    pages.add_url_rule("/favicon.ico", "favicon", favicon)
    pages.add_url_rule("/language/<tag>", "language", language, methods=["GET", "POST"])
    return pages


def init_shell(app: Flask) -> None:
    """Give the templates of ``app`` their variables, filters and error pages."""
    app.jinja_env.globals.update(asset=asset, url_for=template_url_for)
    init_filters(app)
    app.before_request(refresh)  # an app context may outlive a request; the language belongs to the request
    app.context_processor(page_variables)
    init_error_pages(app)


# ── variables of every page ─────────────────────────────────────────────────────────────────────────────────────


def page_variables() -> dict[str, Any]:
    """What every template may use. An error page asks for nothing that needs the database (``kezhi_bare``)."""
    user = acting_user()
    shared = {
        "user": user,
        "company": "",
        "is_demo": False,
        "language_tag": "zh-CN" if is_chinese() else "en",
        "theme": user.theme if user.theme in ("light", "dark") else None,
        "product_version": product_version(),
    }
    if g.get("kezhi_bare"):
        return shared
    shared |= {"company": setting("kezhi", "company"), "is_demo": bool(setting("kezhi", "demo"))}
    if has_request_context():
        kept: tuple[Any, User, dict[str, Any]] | None = g.get("kezhi_frame")
        now = request._get_current_object()  # type: ignore[attr-defined]
        if kept is None or kept[:2] != (now, user):  # asked for by every template, also by the parts of one page
            kept = g.kezhi_frame = now, user, _frame(user)
        shared |= kept[2]
    return shared


def parts(template: str, **given: Any) -> Any:
    """The parts (``{% set %}``) that a template makes of the values ``given`` and of nothing else: made once for all
    pages that give the same, in a language. It may ask neither who somebody is nor for anything of a request."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    key = (template, catalogue(), request.script_root, *given.values())
    make = partial(_parts, app, template, given)
    # who types addresses without end is to fill no memory
    return app.extensions["kezhi"].host.kept("parts", key, make) if len(request.query_string) < 1_000 else make()


def _parts(app: Flask, template: str, given: dict[str, Any]) -> Any:
    return app.jinja_env.get_template(template).make_module(given)


def _frame(user: User) -> dict[str, Any]:
    """What the frame round the page of a request shows. What follows from the entries is made once for all who have
    the same ones on the same page, in a language: they are asked for anew each time, and the key holds every one."""
    items, words = menu_items(user) if user.is_authenticated else (), catalogue()
    current, company, logo = current_item(items), setting("kezhi", "company"), asset("img/logo.svg")
    host, is_person = current_app.extensions["kezhi"].host, user.is_authenticated
    # the words of one list of entries are the same for as long as it is the same list, in a language
    rows = host.kept("entries", (id(items), words), lambda: (items, tuple(map(_row, items))))[1]
    key = (words, request.script_root, company, logo, is_person, current and current.endpoint, rows)
    kept = host.kept("frame", key, lambda: _made(menu(items, current), company, logo, is_person))
    return {**kept, "languages": languages()}


def _row(item: MenuItem) -> tuple[Any, ...]:
    return item.endpoint, str(item.title), item.icon, item.group, item.under, item.count is not None


def _made(groups: list[dict[str, Any]], company: str, logo: str, is_person: bool) -> dict[str, Any]:
    frame = {
        "menu": groups,
        "apps": apps(groups),
        "go_keys": go_keys(groups),
        "account_links": account_links(),
        "home_url": _address("home") or "/",
        "logout_url": _address("accounts.logout"),
        "search_url": _address("search.index") if is_person else "",
    }
    given = {**frame, "company": company, "logo": logo, "product_version": product_version()}
    return {**frame, "frame": _parts(current_app, "kezhi/_frame.html", given)}


def menu_items(user: User) -> list[MenuItem]:
    """The entries of the side menu that the user may open, in their order: they follow from the user, as read now."""
    host = current_app.extensions["kezhi"].host
    if any(hook == "menu_items" for _plugin, hook in host.dropped):
        return _menu_items(user)  # what failed once may work the next time
    found: list[MenuItem] = host.kept("menu", user, lambda: _menu_items(user))
    return found


def _menu_items(user: User) -> list[MenuItem]:
    known, offered = current_app.view_functions, current_app.extensions["kezhi"].call.menu_items(user=user)
    allowed = [item for item in offered if item.endpoint in known and user.can(item.permission)]
    return sorted(allowed, key=lambda item: ([*GROUPS].index(item.group), item.order))


def menu(items: Sequence[MenuItem], current: MenuItem | None) -> list[dict[str, Any]]:
    """The side menu by groups; at most one entry is the current page. An entry under another one is folded away unless
    a page of that family is open: a menu is read at a glance. What counts waiting work is never folded."""
    groups, heads = [], {item.endpoint for item in items}
    open_head = (current.under or current.endpoint) if current else ""
    for key, title in GROUPS.items():
        rows: list[dict[str, Any]] = [
            {"title": item.title, "url": url, "icon": item.icon, "endpoint": item.endpoint,
             "counted": item.count is not None, "current": item is current, "under": item.under in heads,
             "folded": item.under in heads and item.under != open_head and item.count is None}
            for item in items if item.group == key and (url := _address(item.endpoint))
        ]  # fmt: skip
        if rows:
            groups.append({"key": key, "title": str(title), "items": rows})
    return groups


def current_item(items: Sequence[MenuItem]) -> MenuItem | None:
    """The entry of the page that is open: its own, else the nearest one above its address."""
    endpoint = request.endpoint or ""
    for item in items:
        if item.endpoint == endpoint:
            return item
    above = [
        (len(address), item)
        for item in items
        if (address := _address(item.endpoint).rstrip("/")) and request.path.startswith(f"{address}/")
    ]
    return max(above, key=lambda pair: pair[0])[1] if above else None


def apps(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The apps that have an entry in this menu, each with the address of its first one: no entry, no app."""
    found: dict[str, dict[str, Any]] = {}
    plugins = current_app.extensions["kezhi"].plugins
    for row in (row for group in groups for row in group["items"]):
        if (app := plugins.get(row["endpoint"].partition(".")[0])) is not None:
            entry = found.setdefault(app.name, {**row, "title": app.title, "icon": app.icon})
            entry["current"] = entry["current"] or row["current"]
    return list(found.values())


def go_keys(groups: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The second key after ``g``: the first letter of a plugin's name, the first entry that wants it."""
    found: dict[str, dict[str, Any]] = {}
    for group in groups:
        for row in group["items"]:
            found.setdefault(row["endpoint"][0], row)
    return dict(sorted(found.items()))


def languages() -> list[dict[str, str]]:
    """The language to change to; who chose one for the account changes it there."""
    if acting_user().locale and (preferences := _address("accounts.me")):
        return [{"tag": "zh-CN" if is_chinese() else "en", "title": _("Language"), "url": preferences}]
    back = request.full_path.rstrip("?") if request.method == "GET" else request.path
    tag, title = ("en", "English") if is_chinese() else ("zh-CN", "中文")
    url = f"{constant_url('kezhi.language', tag=tag)}?{urlencode({'next': back}, safe='/')}"
    return [{"tag": tag, "title": title, "url": url}]


def account_links() -> list[dict[str, str]]:
    """The entries of the account menu, as far as the accounts plugin has such pages."""
    offered = (("accounts.me", _("My account"), "person"), ("accounts.password", _("Change password"), "key"))
    links = [{"url": _address(endpoint), "title": title, "icon": icon} for endpoint, title, icon in offered]
    return [link for link in links if link["url"]]


def _address(endpoint: str) -> str:
    """The address of an endpoint without arguments; empty when there is none."""
    try:
        return template_url_for(endpoint) if endpoint in current_app.view_functions else ""
    except Exception:
        log.warning("menu: %s has no address without arguments", endpoint)
        return ""


def template_url_for(endpoint: str, **values: Any) -> str:
    """``url_for`` of the templates."""
    return url_for(endpoint, **values) if values else constant_url(endpoint)


def constant_url(endpoint: str, **values: Any) -> str:
    """``url_for`` with no arguments but such as code names: made once, for each place the app is put up at."""
    if endpoint.startswith(".") or not has_request_context():
        return url_for(endpoint, **values)
    memo, key = kept_here("address", endpoint, *values.items())
    if key not in memo:
        memo[key] = url_for(endpoint, **values)
    return str(memo[key])


@cache
def product_version() -> str:
    """The version of the installed distribution."""
    try:
        return version("kezhi")
    except PackageNotFoundError:
        return ""


# ── the kernel's own pages ──────────────────────────────────────────────────────────────────────────────────────


@public
def language(tag: str) -> AnyResponse:
    """Keep a visitor's language in a cookie and go back to the page."""
    response = redirect(local_target(request.values.get("next")))
    chosen = pick(tag)
    if chosen in (CHINESE, ENGLISH):
        response.set_cookie(
            "kezhi_locale", chosen, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure
        )
    return response


@public
def favicon() -> AnyResponse:
    """Browsers ask for this by themselves."""
    return redirect(asset("img/logo.svg"), code=301)
