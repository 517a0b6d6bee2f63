"""A real server for tests: ``kezhi serve`` as processes of their own, and a small client that keeps its connection."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from ..site import Site
from .chosen import COMMAND


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(site: Site, *options: str, workers: int = 1, python: Path | str = sys.executable) -> Iterator[int]:
    """Serve the site's database by ``workers`` processes; gives the port once ``/health`` answers.

    ``options`` are further ones of ``kezhi serve``.
    """
    port = free_port()
    environ = {
        **os.environ,
        "KEZHI_DATA": str(site.config.data),
        "KEZHI_DATABASE_URL": site.config.database_url.render_as_string(hide_password=False),
        "KEZHI_KEYS": str(site.config.keys),
    }
    arguments = [str(python), "-c", COMMAND, "serve"]
    arguments += ["--port", str(port), "--workers", str(workers), *options]
    process = subprocess.Popen(arguments, env=environ)
    try:
        deadline = time.monotonic() + 60
        while not _healthy(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start (exit {process.poll()})")
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _healthy(port: int) -> bool:
    try:
        return Browser(port).get("/health").status == 200
    except OSError:
        return False


class Answer:
    """Status, text and headers of an answer."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.text = response.read().decode(errors="replace")


class Browser:
    """A client with cookies and one kept connection; no request is ever sent twice."""

    def __init__(self, port: int, cookies: Mapping[str, str] | None = None) -> None:
        self.port = port
        self.cookies = dict(cookies or {})
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def get(self, address: str) -> Answer:
        return self._send("GET", address)

    def post(self, address: str, data: Mapping[str, str]) -> Answer:
        return self._send("POST", address, urlencode(data))

    def login(self, login: str, password: str) -> Answer:
        """Log in through the form."""
        token = csrf_token(self.get("/login").text)
        return self.post("/login", {"login": login, "password": password, "csrf_token": token})

    def close(self) -> None:
        self._connection.close()

    def _send(self, method: str, address: str, body: str | None = None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, address, body, headers)
        answer = Answer(self._connection.getresponse())
        for line in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer


def csrf_token(text: str) -> str:
    """The CSRF token of a page with a form."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
    if not found:
        raise AssertionError("the page has no form")
    return found.group(1)
