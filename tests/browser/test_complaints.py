"""A complaint is heard on the telephone, told without a name, grown out of feedback, and entered by the customer."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from kezhi import writing
from kezhi.builtin.accounts.services import add_department
from kezhi.builtin.customers.services import create_customer

pytestmark = [pytest.mark.browser, pytest.mark.plugins("complaints"), pytest.mark.timeout(240)]


@pytest.fixture
def records(app: Flask) -> None:
    """Two customers whose names begin alike, and a department."""
    with writing():
        for at, name in enumerate(("杭州恒远精密机械有限公司", "杭州宏图建材有限公司")):
            create_customer({"name": name, "code": f"KH-{at + 1}"})
        add_department("物流部")


def violations(page: Page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
    response = Axe().run(page, options=options).response
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in response["violations"]]


@pytest.mark.clause("CMP-01", "CMP-05")
def test_complaints_come_in_on_every_way(records: None, page_as: Callable[..., Page]) -> None:
    page = page_as("customer-service-manager")
    number = re.compile(r"TS-\d{6}-\d{4}")

    # on the telephone: the customer by initials, what they said, and Enter saves
    page.goto("/complaints/new")
    page.get_by_role("textbox", name="客户", exact=True).press_sequentially("hzhyjm")
    page.get_by_role("button", name="杭州恒远精密机械有限公司").click()
    expect(page.get_by_role("textbox", name="客户", exact=True)).to_have_value("KH-1")
    expect(page.get_by_text("暂无。")).to_be_visible()
    page.get_by_label("投诉人", exact=True).fill("陆敏")
    page.get_by_label("电话", exact=True).fill("139 0001 7718")
    page.get_by_label("投诉类别").select_option(label="　货差")
    page.get_by_label("投诉事项").fill("到货短少 12 件")
    page.get_by_label("事情经过").fill("送货单 48 件，现场清点 36 件。")
    assert violations(page) == []
    page.get_by_label("投诉事项").press("Enter")
    expect(page.get_by_role("heading", name="到货短少 12 件")).to_be_visible()
    first = number.search(page.locator("main").inner_text())
    assert first is not None

    # the same number calls again, and does not want to be named: the form asks for nothing else
    page.goto("/complaints/new")
    page.get_by_label("电话", exact=True).press_sequentially("13900017718")
    expect(page.get_by_text("同一电话的投诉")).to_be_visible()
    page.get_by_label("匿名").check()
    page.get_by_label("投诉类别").select_option(label="　态度生硬、冷淡")
    page.get_by_label("投诉事项").fill("装卸人员态度生硬")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#form-errors")).to_contain_text("事情经过")
    page.get_by_label("事情经过").fill("言语生硬。")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("main")).to_contain_text("匿名")

    # feedback goes on as a complaint
    page.goto("/complaints/feedback/new?customer=KH-2")
    page.get_by_label("反馈类型").select_option(label="投诉")
    page.get_by_label("投诉事项").fill("报价回复太慢")
    page.get_by_label("客户反馈内容").fill("询价两天才回复。")
    page.get_by_label("责任部门").select_option(label="物流部")
    page.get_by_label("办理期限").fill("2099-01-01")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#form-errors")).to_contain_text("一年以内")
    page.get_by_label("办理期限").fill(page.evaluate("new Date(Date.now() + 864e5).toISOString().slice(0, 10)"))
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("heading", name="报价回复太慢")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="登记为投诉").click()
    expect(page.get_by_role("link", name=re.compile(r"FK-\d{6}-0001"))).to_be_visible()
    expect(page.locator("main")).to_contain_text("询价两天才回复。")

    # the public page: its address is made, and a customer uses it
    page.goto("/complaints/lists")
    page.get_by_role("button", name="生成地址").click()
    address = page.locator("main code").inner_text()
    stranger = page.context.browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 800}).new_page()
    stranger.goto(address)
    stranger.get_by_label("您的姓名").fill("任杰")
    stranger.get_by_label("您的电话").fill("13900010962")
    stranger.get_by_label("投诉事项").fill("咨询三天无人回复")
    stranger.get_by_label("发生了什么").fill("官网留言三天无人回复。")
    assert violations(stranger) == []
    stranger.get_by_role("button", name="提交").click()
    expect(stranger.get_by_text(number)).to_be_visible()
    assert stranger.evaluate("document.documentElement.scrollWidth") <= 390
    stranger.context.close()

    # all four on the board, each subject once
    page.goto("/complaints?face=board")
    lane = page.locator("[data-kz-lane=registered]")
    expect(lane.locator(".kz-card")).to_have_count(4)
    expect(lane.get_by_text("到货短少 12 件")).to_have_count(1)
    assert violations(page) == []
