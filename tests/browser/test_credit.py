"""May this be shipped? Asked, refused, put right and reserved, without a single script."""

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
