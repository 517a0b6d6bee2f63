"""The main paths in a browser without JavaScript: everything works by links and forms alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

#: more than one page of a list, under heads that no field is named like
ROWS = "甲列,乙列,丙列\n" + "".join(f"KH-9{number:02d},华东第{number}贸易公司,合肥\n" for number in range(60))


def send(page: Page, within: str = "main form[method=post]") -> None:
    """Press the one filled button of a form."""
    page.locator(f"{within} button.btn-primary").last.click()


def test_files_lists_and_settings_work_by_links_and_forms(page_as: Callable[..., Page]) -> None:
    page = page_as("administrator", scripts=False)
    page.set_default_timeout(20_000)
    make_and_correct_a_customer(page)
    search(page)
    import_customers(page)
    filter_sort_and_turn(page)
    keep_a_view(page)
    choose_language_and_theme(page)
    page.locator(".kz-top details.kz-menu summary").click()
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(re.compile("/login"))
    page.goto("/customers")
    expect(page).to_have_url(re.compile("/login"))


def make_and_correct_a_customer(page: Page) -> None:
    page.goto("/customers/new")
    page.fill("input[name=name]", "武汉长江船舶有限公司")
    page.fill("input[name=credit_code]", "123")
    send(page)
    expect(page.locator("#form-errors")).to_contain_text("统一社会信用代码")
    expect(page.locator("input[name=credit_code]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("input[name=name]")).to_have_value("武汉长江船舶有限公司")
    page.fill("input[name=credit_code]", "")
    send(page)
    expect(page.locator("h1")).to_contain_text("武汉长江船舶有限公司")
    page.locator("main a[href*='/edit']").first.click()
    page.fill("input[name=name]", "武汉长江船舶工程有限公司")
    send(page)
    expect(page.locator("h1")).to_contain_text("武汉长江船舶工程有限公司")


def search(page: Page) -> None:
    box = page.locator(".kz-find input[name=q]")
    box.fill("whcj")
    box.press("Enter")
    page.locator("main").get_by_role("link", name="武汉长江船舶工程有限公司").click()
    expect(page).to_have_url(re.compile(r"/customers/\d+$"))


def import_customers(page: Page) -> None:
    page.goto("/imports")
    page.select_option("select[name=kind]", "customers")
    file = {"name": "customers.csv", "mimeType": "text/csv", "buffer": ROWS.encode()}
    page.set_input_files("input[type=file]", [file])
    send(page)
    for field, head in (("code", "甲列"), ("name", "乙列"), ("city", "丙列")):
        page.select_option(f"select[name=map-{field}]", label=head)
    send(page)
    expect(page.locator("main")).to_contain_text("60")
    send(page)
    expect(page.locator("main")).to_contain_text("60")


def filter_sort_and_turn(page: Page) -> None:
    page.goto("/customers")
    page.locator("details.kz-menu summary").filter(has_text="筛选").click()
    page.get_by_role("link", name="选择筛选条件").click()
    page.fill("input[name='f.city']", "合肥")
    page.locator("main details[open] button[type=submit]").click()
    expect(page.locator("tbody tr")).to_have_count(50)
    page.locator("thead").get_by_role("link", name="客户名称").click()
    expect(page.locator("thead th[aria-sort]")).to_contain_text("客户名称")
    page.get_by_role("link", name="下一页").click()
    expect(page.locator("tbody tr")).to_have_count(10)
    page.get_by_role("link", name="上一页").click()
    expect(page.locator("tbody tr")).to_have_count(50)


def keep_a_view(page: Page) -> None:
    page.locator(".kz-views a[href^='/lists/views']").last.click()
    page.fill("input[name=title]", "合肥的客户")
    send(page)
    page.locator(".kz-views").get_by_role("link", name="全部").click()
    expect(page.locator(".kz-facet")).to_have_count(0)
    page.locator(".kz-views").get_by_role("link", name="合肥的客户", exact=True).click()
    expect(page.locator(".kz-facet")).to_contain_text("合肥")
    expect(page.locator("thead th[aria-sort]")).to_contain_text("客户名称")


def choose_language_and_theme(page: Page) -> None:
    page.goto("/accounts/me")
    page.select_option("select[name=locale]", "en")
    page.select_option("select[name=theme]", "dark")
    send(page)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.get_by_role("navigation", name="Main navigation")).to_contain_text("Customer files")


@pytest.mark.plugins("trade", "grading")
def test_a_request_is_signed_on_a_phone_without_scripts(company: dict[str, Any], page_as: Callable[..., Page]) -> None:
    page = page_as("sales-director", width=390, scripts=False)
    page.goto("/customers")
    page.locator(".kz-burger").click()  # a link: the menu opens by its own address
    page.locator("#side ul a[href='/approvals']").click()
    page.locator(f"main a[href='/approvals/{company['waiting']}']").first.click()
    page.get_by_role("button", name="退回").click()
    expect(page.locator("#form-errors")).to_be_visible()  # returning needs a reason
    page.get_by_role("textbox", name="审批意见").fill("按年度计划")
    page.get_by_role("button", name="同意并签字").click()
    expect(page.locator("main")).to_contain_text("按年度计划")
    expect(page.get_by_role("button", name="同意并签字")).to_have_count(0)
