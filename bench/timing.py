"""Requests timed in pairs: the floor and the product take turns, so that a busy machine slows both.

Each counts with the lower quartile of its times. What else the machine does only ever adds to a time, and it adds more
often to the longer of the two: of medians the ratio would grow with the load.
"""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Engine, text
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app
from werkzeug.wrappers import Response


class Visitor:
    """Somebody logged in to a WSGI application. A request is made ready first; only what answers it is timed."""

    def __init__(self, app: Any, login: str, password: str) -> None:
        self.app, self.login = app, login
        client = Client(app)
        client.set_cookie("kezhi_locale", "zh-CN")
        token = token_in(client.get("/login").get_data(as_text=True))
        answer = client.post("/login", data={"login": login, "password": password, "csrf_token": token})
        assert answer.status_code == 302, answer.get_data(as_text=True)[:500]
        client.get("/customers?sort=name")  # a log-in starts a new secret of forms; the first page makes it
        self.cookies = "; ".join(f"{each.key}={each.value}" for each in client._cookies.values())  # type: ignore[union-attr]

    def ready(self, address: str, form: dict[str, Any] | None = None) -> Callable[[], Response]:
        """A request that is sent when it is called; its answer is read to the end."""
        path, _, query = address.partition("?")
        body = urlencode(form, doseq=True).encode() if form is not None else b""
        kind = "application/x-www-form-urlencoded" if form is not None else None
        builder = EnvironBuilder(
            path, query_string=query, method="GET" if form is None else "POST", data=body, content_type=kind
        )
        environ = builder.get_environ() | {"HTTP_COOKIE": self.cookies}
        builder.close()

        def send() -> Response:
            chunks, status, headers = run_wsgi_app(self.app, environ, buffered=True)
            return Response(list(chunks), status, headers)

        return send

    def page(self, address: str) -> str:
        """The page at an address. Errors: ``AssertionError`` for any status but 200."""
        answer = self.ready(address)()
        assert answer.status_code == 200, (address, answer.status)
        return answer.get_data(as_text=True)


def token_in(page: str) -> str:
    """The CSRF token of a page's first form."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    return found[1] if found else ""


Clock = Callable[[], float]  #: seconds since some instant


def processor_clock(engine: Engine) -> Clock:
    """Processor seconds of this process and of the database server's that serve it, for machines that are busy."""
    backends: list[Path] = []
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            query = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
            backends = [Path(f"/proc/{pid}/schedstat") for pid in connection.scalars(query)]
    known: dict[Path, int] = {}  # what a server process had used when it was seen last: it may have ended

    def now() -> float:
        for each in backends:
            with suppress(OSError):
                known[each] = int(each.read_text().split()[0])
        return time.process_time() + sum(known.values()) / 1e9

    return now


def in_pairs(
    pairs: Iterable[tuple[Callable[[], Any], Callable[[], Any]]], clock: Clock = time.perf_counter
) -> tuple[float, float]:
    """Milliseconds of the first and of the second of each pair. The first pair warms up and is not counted."""
    spent: tuple[list[float], list[float]] = ([], [])
    gc.collect()
    for at, pair in enumerate(pairs):
        for which in (0, 1) if at % 2 else (1, 0):
            start = clock()
            answer = pair[which]()
            spent[which].append(clock() - start)
            if isinstance(answer, Response):
                assert answer.status_code in (200, 302), answer.status
    return _quartile(spent[0][1:]), _quartile(spent[1][1:])


def _quartile(seconds: list[float]) -> float:
    return sorted(seconds)[len(seconds) // 4] * 1000


def report(database: str, what: str, floor: float, spent: float, limit: float | None = None) -> float:
    """Print one figure as a line that ends in the ratio."""
    ratio = spent / floor
    told = f"  limit {limit:.1f}" if limit is not None else ""
    print(f"{database:10} {what:52}{spent:9.2f} ms  floor {floor:8.2f} ms{told:12}{ratio:6.1f} ×", flush=True)
    return ratio
