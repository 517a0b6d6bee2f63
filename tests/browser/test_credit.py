"""May this be shipped? Asked, refused, put right and reserved. And how a customer gets its class. Without a script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kezhi import clock, writing
from kezhi_credit import services as credit

pytestmark = [pytest.mark.browser, pytest.mark.plugins("credit")]


@pytest.fixture
def owing(make_customer: Callable[..., Any]) -> int:
    """A customer of class B (500,000) who owes 600,000, fifty days overdue; the watch has seen it."""
    from kezhi_trade.services import INVOICE, create_voucher

    one = int(make_customer(name="上海申联国际贸易有限公司", code="KH-1").id)
    day = clock.today() - timedelta(days=50)
    with writing():
        credit.rate(one, credit.class_by_key("B")["id"], clock.today(), "付款及时")
        invoice = {"customer_id": one, "number": "FP-1", "amount": 600_000_00, "happened_on": day, "due_on": day}
        create_voucher(INVOICE, invoice)
    with writing():
        credit.watch()
    return one


def violations(page: Page) -> list[str]:
    """What axe has against the page as it is."""
    from axe_playwright_python.sync_playwright import Axe

    response = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}).response
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in response["violations"]]


@pytest.mark.clause("CRD-05", "CRD-08")
def test_credit_is_asked_for_given_and_reserved(
    make_customer: Callable[..., Any], page_as: Callable[..., Page]
) -> None:
    make_customer(name="上海申联国际贸易有限公司", code="KH-1")
    page = page_as("finance", scripts=False)
    page.goto("/credit/check")
    page.get_by_label("客户（代码或名称）").fill("上海申联国际贸易有限公司")
    page.get_by_label("含税金额").fill("120,000")
    page.get_by_label("订单号").fill("DD-1")
    page.get_by_role("button", name="检查").click()
    expect(page.locator("#answer")).to_contain_text("不能发货")
    expect(page.get_by_text("未评级：评级前现款现货").first).to_be_visible()

    page.get_by_role("link", name="信用详情").click()
    page.get_by_role("link", name="评级", exact=True).click()
    page.get_by_label("信用等级").select_option(label="B 良好")
    page.get_by_label("评级依据").fill("付款及时")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("body")).to_contain_text("¥500,000")

    page.goto("/credit/check?customer=KH-1&amount=120000&order=DD-1")
    expect(page.locator("#answer")).to_contain_text("可以发货，请注意")  # nobody says what is owed
    page.get_by_role("button", name="预留额度").click()
    expect(page.get_by_role("cell", name="DD-1", exact=True)).to_be_visible()
    page.goto("/credit/check?customer=KH-1&amount=380001&order=DD-2")
    expect(page.locator("#answer")).to_contain_text("不能发货")


@pytest.mark.clause("CRD-01", "CRD-02")
def test_a_customer_is_investigated_proposed_by_sales_and_decided_by_finance(
    make_customer: Callable[..., Any], page_as: Callable[..., Page]
) -> None:
    one = make_customer(name="上海申联国际贸易有限公司", code="KH-1").id
    page = page_as("sales-director", scripts=False)
    page.goto(f"/credit/customers/{one}")
    page.get_by_role("link", name="安排调查…").click()
    page.get_by_label("调查事由").fill("首次申请赊销")
    page.get_by_role("button", name="开始调查").click()
    for source in ("工商登记资料", "银行资信", "实地走访", "同行及供应商评价", "涉诉与行政处罚"):
        page.get_by_label(f"{source}：结论").select_option(label="有利")
        page.get_by_label(f"{source}：调查情况").fill("无异常")
    page.get_by_label("调查结论", exact=True).fill("可以授信")
    page.get_by_role("button", name="完成调查").click()
    expect(page.locator("body")).to_contain_text("有效")
    page.get_by_role("link", name="填写资信评估表").click()
    expect(page.locator("body")).to_contain_text("没有已启用的应用提供")  # what is missing is named
    page.get_by_label("提议等级").select_option(label="A 优秀")
    page.get_by_label("销售意见").fill("订单稳定")
    page.get_by_role("button", name="提交财务审定").click()
    expect(page.locator("body")).to_contain_text("待财务审定")
    address = page.url

    page = page_as("finance", scripts=False)
    page.goto(address)
    page.get_by_label("审定等级").select_option(label="B 良好")
    page.get_by_label("与提议不同的理由").fill("尚无往来记录")
    page.get_by_role("button", name="审定并签字").click()
    expect(page.locator("body")).to_contain_text("已审定")
    page.goto(f"/customers/{one}")
    expect(page.locator("body")).to_contain_text("提议 A 级，审定 B 级：尚无往来记录")


@pytest.mark.timeout(240)
@pytest.mark.plugins("credit", "trade")
@pytest.mark.clause("CRD-03", "CRD-04", "CRD-06")
def test_what_a_customer_owes_is_explained_its_alert_answered_and_the_terms_of_its_class_changed(
    owing: int, page_as: Callable[..., Page]
) -> None:
    page = page_as("finance", scripts=False)
    page.goto(f"/credit/customers/{owing}")
    expect(page.locator("body")).to_contain_text("¥600,000")
    page.locator(f"a[href='/credit/customers/{owing}/rows/overdue_31_60']").first.click()
    expect(page.get_by_role("cell", name="FP-1", exact=True)).to_be_visible()

    page.goto("/credit/alerts?f.state=waiting")
    expect(page.locator("main")).to_contain_text("上海申联国际贸易有限公司")
    page.goto(f"/credit/customers/{owing}/measure")
    page.get_by_label("仅收现款").check()
    page.locator("[name=reason]").fill("结清前仅收现款")
    page.get_by_role("button", name="保存").click()
    page.goto("/credit/alerts?f.measure=cash")
    expect(page.locator("main")).to_contain_text("上海申联国际贸易有限公司")

    page.goto(f"/credit/customers/{owing}/limit")
    page.locator("[name=amount]").fill("800000")
    page.locator("[name=reason]").fill("旺季")
    page.get_by_role("button", name="提交审批").click()
    expect(page.locator("main")).to_contain_text("请先登记各部门经理")  # says what is missing, and keeps what was typed
    expect(page.locator("[name=reason]")).to_have_value("旺季")
    page.goto(f"/credit/classes/{credit.class_by_key('B')['id']}/edit")
    page.locator("[name=amount]").fill("620,000")
    page.locator("[name=reason]").fill("年度调整")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("¥620,000")
    expect(page.locator("main")).to_contain_text("年度调整")


@pytest.mark.timeout(300)
@pytest.mark.plugins("credit", "trade")
@pytest.mark.clause("CRD-07")
def test_the_pages_of_credit_keep_the_rules_of_accessibility_in_the_dark_on_a_phone(
    owing: int, page_as: Callable[..., Page], add_person: Callable[..., Any]
) -> None:
    page = page_as("finance")
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.goto("/credit/reports")
    expect(page.locator("main")).to_contain_text("¥600,000")
    day, director = clock.today(), add_person("director", "sales-director").id
    with writing():
        done = credit.ask_investigation(owing, director, day, "首次申请赊销")
        credit.record(done.id, {"bank": credit.Said("good", "无异常")}, day, None, "可以授信", done=True)
        sheet = credit.fill_in(owing, credit.class_by_key("B")["id"], "订单稳定")
        asked = credit.ask_investigation(owing, director, day, "年度复查")
        sheet_id, asked_id, done_id = sheet.id, asked.id, done.id
    found = {}
    for address in (
        "reports", "alerts", "classes", "check", "investigations", "sheets", "card", "card/edit", "sources", "",
        f"customers/{owing}", f"customers/{owing}/investigate", f"customers/{owing}/limit",
        f"customers/{owing}/measure", f"customers/{owing}/sheet", f"investigations/{done_id}",
        f"investigations/{asked_id}/findings", f"sheets/{sheet_id}",
    ):  # fmt: skip
        page.goto(f"/credit/{address}".rstrip("/"))
        wide = page.evaluate("document.documentElement.scrollWidth")
        found[address] = [*violations(page), *([f"{wide} px wide"] if wide > 390 else [])]
    assert {address: faults for address, faults in found.items() if faults} == {}
