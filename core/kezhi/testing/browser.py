"""A real browser for tests: one Chromium per run, and pages of it that are logged in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from flask import Flask

    from ..site import Site

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
LOCALES = {"zh": "zh-CN", "en": "en-US"}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser, started once: Playwright cannot be started twice in a process.

    Skipped, with the reason, where Playwright or Chromium is missing.
    """
    path = shutil.which("chromium")
    if path is None:
        pytest.skip(reason="Chromium is not installed: make browser, or apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: install kezhi[test]")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page_as(site: Site, app: Flask, chromium: Any) -> Iterator[Callable[..., Any]]:
    """``page_as(role, language="zh", width=1440, dark=False, scripts=True)``: a page, logged in, on a real server.

    A role asked for again is the same person in a browser of their own. What a browser complains about fails the test.
    ``scripts=False`` is a browser without JavaScript.
    """
    from .plugin import new_person
    from .server import served

    complaints: list[str] = []
    contexts: list[Any] = []
    people: set[str] = set()
    with served(site) as port:

        def open_page(
            role: str, language: str = "zh", width: int = 1440, dark: bool = False, scripts: bool = True
        ) -> Any:
            login = f"{role}-user"
            if role not in people:
                people.add(role)
                new_person(app, login, role)
            context = chromium.new_context(
                base_url=f"http://127.0.0.1:{port}",
                locale=LOCALES[language],
                viewport={"width": width, "height": 900},
                color_scheme="dark" if dark else "light",
                reduced_motion="reduce",  # what is looked at has arrived at its colour and place
                java_script_enabled=scripts,
            )
            contexts.append(context)
            page = context.new_page()
            page.on("console", lambda message: complaints.append(message.text) if _is_complaint(message) else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto("/login")
            page.fill("[name=login]", login)
            page.fill("[name=password]", f"{login}-password-1")
            page.click("button[type=submit]")
            return page

        yield open_page
        for context in contexts:
            context.close()
    assert complaints == []


def _is_complaint(message: Any) -> bool:
    """The browser calls a form that comes back with its faults (422) an error; a test means to see that."""
    return message.type == "error" and "status of 422" not in message.text
