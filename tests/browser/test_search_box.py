"""The search box in a browser: Ctrl K, typing, arrows, Enter, Escape; what a screen reader is told; a narrow window."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from kezhi import writing
from kezhi.builtin.customers.services import create_customer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture
def records(app: Flask) -> dict[str, int]:
    """Customers by name."""
    found = {}
    for name in ("上海恒达", "上海宏图", "杭州远洋"):
        with writing():
            found[name] = create_customer({"name": name}).id
    return found


def violations(page: Page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
    response = Axe().run(page, options=options).response
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in response["violations"]]


@pytest.mark.parametrize("dark", [False, True])
def test_the_keyboard_alone_finds_and_opens_a_record(
    records: dict[str, int], page_as: Callable[..., Any], dark: bool
) -> None:
    page = page_as("sales-director", dark=dark)
    page.goto(f"/customers/{records['杭州远洋']}")
    box = page.get_by_role("combobox")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Control+k")
    expect(box).to_be_focused()
    expect(page.get_by_role("option")).to_have_text(["杭州远洋" + _note(page, "杭州远洋")])  # opened last
    page.keyboard.type("sh")
    expect(page.get_by_role("option")).to_have_count(3)
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".kz-finder [role=status]")).to_have_text("2 条结果")
    assert violations(page) == []
    first, second, every = page.get_by_role("option").all()
    for key, chosen in (("ArrowDown", first), ("ArrowDown", second), ("ArrowUp", first), ("ArrowUp", None)):
        page.keyboard.press(key)
        for option in (first, second, every):
            expect(option).to_have_attribute("aria-selected", "true" if option is chosen else "false")
    page.keyboard.press("ArrowUp")
    expect(every).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", re.compile("kz-found-2"))
    page.keyboard.press("Escape")
    expect(page.locator(".kz-found")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".kz-found")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/customers/\d+$"))
    expect(page.locator("h1")).to_contain_text("上海")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option").first).to_contain_text("上海")


def _note(page: Page, name: str) -> str:
    return page.get_by_role("option").filter(has_text=name).locator(".note").inner_text()


def test_enter_without_a_choice_opens_the_page_and_a_narrow_window_has_one(
    records: dict[str, int], page_as: Callable[..., Any]
) -> None:
    page = page_as("sales-director")
    page.goto("/customers")
    page.keyboard.press("Control+k")
    page.keyboard.type("<b>宁波")
    expect(page.locator(".kz-found")).to_contain_text("没有找到“<b>宁波”")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q="))
    expect(page.locator("main")).to_contain_text("没有找到“<b>宁波”")
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/customers")
    expect(page.locator(".kz-finder")).to_be_hidden()
    page.locator(".kz-find-link").click()
    expect(page).to_have_url(re.compile(r"/search$"))
    page.fill("main input[name=q]", "shanghai")
    page.keyboard.press("Enter")
    expect(page.locator("main .kz-results li")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert violations(page) == []
    page.keyboard.press("Control+k")
    expect(page).to_have_url(re.compile(r"/search$"))
