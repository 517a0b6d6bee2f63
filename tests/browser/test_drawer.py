"""The reasons of a grade open beside the list; without scripts, in a new tab or logged out they are the page itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.plugins("trade", "grading")]


@pytest.mark.clause("GRD-07")
def test_a_grade_opens_its_reasons_and_gives_the_focus_back(
    company: dict[str, Any], page_as: Callable[..., Page]
) -> None:
    page = page_as("sales-director")
    address = f"/grading/runs/{company['run']}/results"
    page.goto(address)
    grade, name = page.locator("tbody a.kz-grade").first, page.locator("tbody a.kz-name").first
    for opener in (grade, name):
        opener.click()
        drawer = page.get_by_role("dialog")
        expect(drawer).to_contain_text("为什么是")
        expect(drawer.get_by_role("link", name="打开整页")).to_be_visible()
        assert page.evaluate("document.activeElement.closest('.kz-drawer') !== null")
        page.keyboard.press("Escape")
        expect(page.locator(".kz-drawer")).to_have_count(0)
        expect(opener).to_be_focused()
    expect(page).to_have_url(re.compile(f"{address}$"))

    page.context.clear_cookies()  # the session ended meanwhile: the link leads to where one logs in
    grade.click()
    expect(page).to_have_url(re.compile("/login"))

    plain = page_as("sales-director", scripts=False)
    plain.goto(address)
    plain.locator("tbody a.kz-grade").first.click()
    expect(plain.locator("h1")).to_contain_text("为什么是")
