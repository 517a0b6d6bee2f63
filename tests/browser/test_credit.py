"""May this be shipped? Asked, refused, put right and reserved. And how a customer gets its class. Without a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.plugins("credit")]


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
