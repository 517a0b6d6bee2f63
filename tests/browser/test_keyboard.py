"""The work of a day without a mouse: keys of the lists, menus, dialogs and forms, and where the focus is afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def tab_to(page: Page, target: Locator, most: int = 60) -> None:
    """Press Tab until ``target`` has the focus."""
    wanted = target.element_handle()
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(each) => each === document.activeElement", wanted):
            return
    raise AssertionError(f"Tab does not reach {target}")


def test_the_keyboard_alone_is_enough(make_customer: Callable[..., Any], page_as: Callable[..., Page]) -> None:
    for name in ("上海申联国际贸易有限公司", "杭州恒远精密机械有限公司", "成都锦程物流有限公司"):
        make_customer(name=name)
    page = page_as("administrator")
    page.goto("/customers")
    skip_to_the_content(page)
    go_through_the_rows(page)
    filter_the_list(page)
    open_and_close_menus(page)
    ask_for_the_keys(page)
    fill_in_a_form(page)
    open_and_close_the_menu_of_a_phone(page)


def skip_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到主要内容")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#main') !== null")


def go_through_the_rows(page: Page) -> None:
    names, box = page.locator("tbody a.kz-name"), page.locator("tbody input[name=ids]")
    for key, at in (("j", 0), ("j", 1), ("k", 0), ("k", 0)):
        page.keyboard.press(key)
        expect(names.nth(at)).to_be_focused()
    page.keyboard.press("x")
    expect(box.first).to_be_checked()
    expect(page.locator("#kz-chosen")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(box.nth(1)).to_be_checked()
    expect(page.locator("#kz-chosen [data-kz-count]")).to_have_text("2")
    expected = names.nth(1).inner_text()
    names.nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(expected)


def filter_the_list(page: Page) -> None:
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile("/customers$"))
    page.keyboard.press("/")
    expect(page.locator("[data-kz-find]")).to_be_focused()
    page.keyboard.type("jx")  # letters are letters while typing
    expect(page.locator("[data-kz-find]")).to_have_value("jx")
    page.keyboard.press("Control+a")
    page.keyboard.type("锦程")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    tab_to(page, page.locator("thead a.kz-sort").first)
    page.keyboard.press("Enter")
    expect(page.locator("thead th[aria-sort]")).to_have_count(1)


def open_and_close_menus(page: Page) -> None:
    columns = page.locator("main details.kz-menu summary").filter(has_text=re.compile(r"^\s*列\s*$"))
    tab_to(page, columns)
    page.keyboard.press("Enter")
    expect(page.locator("main details.kz-menu[open]")).to_have_count(1)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('details[open]') !== null")
    page.keyboard.press("Escape")
    expect(page.locator("details.kz-menu[open]")).to_have_count(0)
    expect(columns).to_be_focused()
    page.locator("main details.kz-menu summary").filter(has_text="筛选").focus()
    page.keyboard.press("Enter")
    choice = page.locator("details[open] select:not([multiple])").first
    choice.focus()
    before = choice.input_value()
    page.keyboard.press("ArrowDown")  # belongs to the field, not to the menu
    expect(choice).not_to_have_value(before)
    page.keyboard.press("Escape")
    expect(page.locator("details.kz-menu[open]")).to_have_count(0)
    account = page.locator(".kz-top details.kz-menu")
    account.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(account.locator(".dropdown-item").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(account.locator(".dropdown-item").last).to_be_focused()
    page.keyboard.press("Escape")
    expect(account.locator("summary")).to_be_focused()


def ask_for_the_keys(page: Page) -> None:
    """The dialog holds the focus and gives it back, whether a key or its button has opened it."""
    dialog = page.get_by_role("dialog")
    row = page.locator("tbody a.kz-name").first
    page.keyboard.press("j")
    expect(row).to_be_focused()
    for opener, key in ((row, "?"), (page.locator("[data-bs-target='#keys']"), "Enter")):
        opener.focus()
        page.keyboard.press(key)
        expect(dialog).to_be_visible()
        for _ in range(4):
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.closest('.modal') !== null")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(opener).to_be_focused()


def fill_in_a_form(page: Page) -> None:
    page.locator("tbody a.kz-name").first.focus()
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("/customers/new"))
    page.locator("input[name=name]").focus()
    page.keyboard.press("Control+Enter")
    errors = page.locator("#form-errors")
    expect(errors).to_be_focused()
    page.keyboard.press("Tab")
    expect(errors.get_by_role("link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("input[name=name]")).to_be_focused()
    page.keyboard.type("宁波海川商贸有限公司")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("宁波海川商贸有限公司")


def open_and_close_the_menu_of_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/customers")
    burger = page.locator(".kz-burger")
    tab_to(page, burger)
    page.keyboard.press("Enter")
    side = page.locator("#side")
    expect(side).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#side') !== null")
    page.keyboard.press("Escape")
    expect(side).to_be_hidden()
    expect(burger).to_be_focused()
