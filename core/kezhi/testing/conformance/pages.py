"""The plugin's addresses: who is let in, what is refused, and that every page reads well in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import flask_babel.speaklater
from flask import url_for
from sqlalchemy import inspect, text
from werkzeug.routing import Rule

from ...permissions import LOGGED_IN, PUBLIC, declared_permission
from ...site import Site
from ..databases import with_options
from ..server import csrf_token
from .subject import Subject, client_of


def check_routes(subject: Subject) -> list[str]:
    """Nobody without the permission gets in, and what is refused has changed nothing."""
    found = []
    with subject.filled() as (site, values):
        strangers = {"an anonymous visitor": site.app.test_client(), "a person without a role": client_of(site, None)}
        stored = _rows(site)
        for who, client in strangers.items():
            for rule, method, address in addresses(subject, site, values):
                answer = client.open(address, method=method, data={})
                if declared_permission(site.app.view_functions[rule.endpoint]) in (PUBLIC, LOGGED_IN):
                    continue  # meant for everybody; it may change nothing all the same
                if answer.status_code != 404 and "/login" not in answer.headers.get("Location", ""):
                    status = f"{method} {rule.rule} answers {who} with {answer.status_code}"
                    found.append(f"{subject.name}: {status}: declare @requires('…') above the view")
            if _rows(site) != stored:
                found.append(f"{subject.name}: requests of {who} changed rows: ask for the permission before writing")
    return found


def check_pages(subject: Subject) -> list[str]:
    """Every page opens for an administrator in Chinese and English, with all its texts translated."""
    found: list[str] = []
    with subject.filled() as (site, values), _untranslated() as missing:
        for locale in ("zh", "en"):
            client = client_of(site, "administrator", locale)
            for rule, method, address in addresses(subject, site, values, found):
                if method != "GET":
                    continue
                try:
                    status = str(client.get(address).status_code)
                except Exception as error:  # a test client hands on what a server would answer with 500
                    status = f"500 ({type(error).__name__}: {error})"
                if status not in ("200", "302"):
                    found.append(f"{subject.name}: {rule.rule} answers an administrator with {status}: mend the view")
        found += [f"{subject.name}: “{text}” is not translated: add it to the catalogue" for text in sorted(missing)]
    return list(dict.fromkeys(found))


def check_forms(subject: Subject) -> list[str]:
    """No form is accepted without its token."""
    found = []
    with subject.filled() as (site, values):
        client_of(site, "administrator")
        guarded = with_options(site, WTF_CSRF_ENABLED=True)
        client = guarded.app.test_client()
        token = csrf_token(client.get("/login").get_data(as_text=True))
        login = {"login": "administrator-user", "password": "administrator-user-password-1", "csrf_token": token}
        client.post("/login", data=login)
        for rule, method, address in addresses(subject, site, values):
            if method == "POST" and client.post(address, data={}).status_code != 400:
                found.append(f"{subject.name}: POST {rule.rule} takes a form without its token: do not exempt it")
        guarded.close()
    return found


def check_menu(subject: Subject) -> list[str]:
    """Menu entries lead to pages, and ask for what the page asks for."""
    from ...users import SYSTEM

    site, found = subject.site(), list[str]()
    with site.app.test_request_context():
        for name, item in site.app.extensions["kezhi"].call.attributed.menu_items(user=SYSTEM):
            if name != subject.name:
                continue
            view = site.app.view_functions.get(item.endpoint)
            if view is None:
                found.append(f"{name}: the menu entry “{item.title}” leads to {item.endpoint}, which does not exist")
            elif (item.permission or LOGGED_IN) != declared_permission(view):
                found.append(f"{name}: the menu entry “{item.title}” asks for {item.permission!r}, its page for "
                             f"{declared_permission(view)!r}: make them the same")  # fmt: skip
    return found


def addresses(
    subject: Subject, site: Site, values: dict[str, Any], found: list[str] | None = None
) -> Iterator[tuple[Rule, str, str]]:
    """The plugin's own addresses with their parameters filled in."""
    with site.app.test_request_context():
        made = []
        for rule in site.app.url_map.iter_rules():
            if rule.endpoint.split(".")[0] != subject.name:
                continue
            lacking = rule.arguments - values.keys()
            if lacking:
                if found is not None:
                    found.append(f"{subject.name}: nobody knows a {', '.join(sorted(lacking))} for {rule.rule}: give "
                                 "conformance_of(…, examples=…) a function that answers one")  # fmt: skip
                continue
            address = url_for(rule.endpoint, **{key: values[key] for key in rule.arguments})
            made += [(rule, method, address) for method in ("GET", "POST") if method in (rule.methods or ())]
    yield from made


def _rows(site: Site) -> dict[str, list[str]]:
    """Every row of every table, the log-ins and their audit left out."""
    with site.engine.connect() as connection:
        names = [name for name in inspect(connection).get_table_names() if not name.startswith("kezhi_")]
        names = [name for name in names if name != "accounts_attempt"]
        return {name: sorted(map(repr, connection.execute(text(f'SELECT * FROM "{name}"')))) for name in names}  # noqa: S608


@contextmanager
def _untranslated() -> Iterator[set[str]]:
    """The texts that a page asked the Chinese catalogue for in vain."""
    missing: set[str] = set()
    original = flask_babel.Domain.get_translations

    def watched(self: Any) -> Any:
        found = original(self)
        if not getattr(found, "_watched", False) and hasattr(found, "_catalog"):
            locale = flask_babel.get_locale()
            if locale is not None and locale.language == "zh":
                plain = found.ugettext if hasattr(found, "ugettext") else found.gettext

                def asked(message: str) -> str:
                    if (
                        message
                        and message not in found._catalog
                        and not any(isinstance(key, tuple) and key[0] == message for key in found._catalog)
                    ):
                        missing.add(message)
                    return str(plain(message))

                found.ugettext = found.gettext = asked
                found._watched = True
        return found

    flask_babel.Domain.get_translations = watched
    try:
        yield missing
    finally:
        flask_babel.Domain.get_translations = original


CHECKS = [check_routes, check_pages, check_forms, check_menu]
