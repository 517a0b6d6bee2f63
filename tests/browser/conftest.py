"""A real browser on a real server. Without Chromium these tests are skipped, and say so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """``visit(port, language)`` opens a page with its own cookies; what the browser complains about fails the test."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def open_page(port: int, language: str = "zh", width: int = 1440) -> Page:
        context = chromium.new_context(
            base_url=f"http://127.0.0.1:{port}",
            locale={"zh": "zh-CN", "en": "en-US"}[language],
            viewport={"width": width, "height": 900},
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def upload(page: Page, selector: str, name: str, content: bytes) -> None:
    """Choose a file made on the spot."""
    page.set_input_files(selector, [{"name": name, "mimeType": "text/csv", "buffer": content}])


def picture(page: Page, folder: Path, name: str) -> None:
    """Keep a picture of the page beside the test results."""
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")
