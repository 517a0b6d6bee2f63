"""Walks through all pages of a site as a person does: by the links that pages offer.

Finds server errors, links that lead nowhere, texts without a Chinese translation, and traces of plugins that are off.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from babel.support import NullTranslations
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale, get_domain
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect

from ..i18n import CHINESE

#: addresses that change what the walk sees; that they exist is checked, they are not opened
NOT_OPENED = frozenset({"kezhi.language"})

_ATTRIBUTES = r"""(?:[^>"']|"[^"]*"|'[^']*')*"""
#: comments, start tags whose content is no markup with that content, and all other start tags
TAGS = re.compile(
    rf"<!--.*?-->|(?P<tag><(?:(?P<raw>script|style)\b|[a-z]){_ATTRIBUTES}>)(?(raw).*?</(?P=raw)\s*>)",
    re.DOTALL | re.IGNORECASE,
)
ADDRESS = re.compile(r"href|src|hx-get|hx-post|action", re.IGNORECASE)


@dataclass
class Crawl:
    """What a walk met: ``pages`` maps each opened address to its status, ``faults`` are sentences."""

    pages: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def crawl(
    app: Flask,
    client: FlaskClient,
    *,
    start: Iterable[str] = ("/",),
    absent: Iterable[str] = (),
    limit: int = 400,
    alike: int = 4,
) -> Crawl:
    """Open what can be reached from ``start`` as the person that ``client`` is logged in as.

    Of addresses that differ only in the record or in the query, ``alike`` are opened for every name in a query; every
    link is checked against the routes. ``absent`` names plugins that are off.
    """
    walk = _Walk(Crawl(), app.url_map.bind("localhost"), _names(absent), alike)
    for address in start:
        walk.offer("GET", address, "the start")
    found = walk.found
    while walk.waiting and len(found.pages) < limit:
        address, page = walk.waiting.popleft()
        try:
            answer = client.get(address)
        except Exception as error:
            found.pages[address] = 500
            found.faults.append(f"{address} (from {page}) raised {type(error).__name__}: {error}")
            continue
        found.pages[address] = answer.status_code
        if answer.status_code >= 400:
            found.faults.append(f"{address} (from {page}) answers {answer.status_code}")
        links = {("GET", answer.location)} if answer.location else set[tuple[str, str]]()
        if answer.mimetype == "text/html":
            links |= Links.of(answer.get_data(as_text=True))
        for method, link in sorted(links):
            target = internal(address, link)
            if target is not None:
                walk.offer(method, target, address)
    return found


def _names(plugins: Iterable[str]) -> re.Pattern[str]:
    """Finds keys of these plugins in a query: ``sort=-visits.last_visit``."""
    return re.compile(rf"(?:^|[.,-])({'|'.join(map(re.escape, plugins)) or '(?!)'})[.]")


@dataclass
class _Walk:
    found: Crawl
    router: MapAdapter
    absent: re.Pattern[str]
    alike: int
    waiting: deque[tuple[str, str]] = field(default_factory=deque)
    known: set[tuple[str, str]] = field(default_factory=set)
    opened: Counter[Any] = field(default_factory=Counter)

    def offer(self, method: str, address: str, page: str) -> None:
        """Check a link against the routes, once; what is worth opening is put into the queue."""
        if (method, address) in self.known:
            return
        self.known.add((method, address))
        parts = urlsplit(address)
        query = parse_qsl(parts.query, keep_blank_values=True)
        traces = {match[1] for pair in query for text in pair if (match := self.absent.search(text))}
        if traces:
            self.found.faults.append(f"{page} names {', '.join(sorted(traces))}, which is off: {address}")
        endpoint: str = ""
        values: Mapping[str, Any] = {}
        try:
            endpoint, values = self.router.match(unquote(parts.path), method)
        except RequestRedirect:
            pass  # to the same address spelt properly
        except HTTPException as error:
            self.found.faults.append(f"{page} links to {method} {address}: {error.code}")
            return
        kinds = [(endpoint, values.get("filename"), name) for name in dict(query) or [""]]
        if method == "GET" and endpoint not in NOT_OPENED and any(self.opened[kind] < self.alike for kind in kinds):
            self.opened.update(kinds)
            self.waiting.append((address, page))


def internal(page: str, link: str) -> str | None:
    """The address that ``link`` on ``page`` means, without its fragment; None when it leads out of the site."""
    parts = urlsplit(urljoin(f"http://localhost{page}", link))
    if parts.scheme not in ("http", "https") or parts.netloc != "localhost":
        return None
    return f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"


class Links(HTMLParser):
    """The addresses that a page offers, with the method they are asked by."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()

    @classmethod
    def of(cls, text: str) -> set[tuple[str, str]]:
        """All of them on one page.

        Only the tags that may hold one are parsed: a long list has thousands of others.
        """
        parser = cls()
        for match in TAGS.finditer(text):
            tag = match["tag"]
            if tag and ADDRESS.search(tag):
                parser.feed(f"{tag}</script>" if match["raw"] else tag)
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Links, assets, forms, and what htmx asks for."""
        given = {name: value or "" for name, value in attrs}
        for name, method in (("href", "GET"), ("src", "GET"), ("hx-get", "GET"), ("hx-post", "POST")):
            if name in given:
                self.found.add((method, given[name]))
        if given.get("action"):
            self.found.add((given.get("method", "get").upper(), given["action"]))
        if given.get("formaction"):
            self.found.add((given.get("formmethod", "post").upper(), given["formaction"]))


class Untranslated(NullTranslations):
    """Collects the texts that are asked for in Chinese and that no catalogue of the app has."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self.texts: set[str] = set()
        with app.app_context(), force_locale(CHINESE):
            get_domain().get_translations().add_fallback(self)

    def gettext(self, message: str) -> str:
        """The text itself, noted."""
        self.texts.add(message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """As above."""
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        """As above."""
        return self.gettext(message)

    def npgettext(self, context: str, singular: str, plural: str, num: int) -> str:
        """As above."""
        return self.ngettext(singular, plural, num)

    ugettext, ungettext, upgettext, unpgettext = gettext, ngettext, pgettext, npgettext


def parameterless(app: Flask) -> list[str]:
    """The addresses of all pages that need no record."""
    rules = app.url_map.iter_rules()
    return sorted({rule.rule for rule in rules if not rule.arguments and "GET" in (rule.methods or ())})
