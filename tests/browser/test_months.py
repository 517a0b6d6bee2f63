"""A month goes from sales to data analysis, finance and inventory control; then a run says which months it read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kezhi import set_setting, writing

pytestmark = [pytest.mark.browser, pytest.mark.plugins("trade", "grading")]


@pytest.mark.clause("TRD-03")
def test_a_month_is_confirmed_by_all_hands_and_a_run_says_which_were_missing(
    company: dict[str, Any], page_as: Callable[..., Page]
) -> None:
    with writing():
        set_setting("trade", "confirm_months", True)
        set_setting("trade", "first_month", date(2025, 5, 1))

    page = page_as("sales-manager")
    page.goto("/trade/months/2025-05")
    expect(page.locator("h1")).to_contain_text("2025-05 月度数据")
    expect(page.locator("main")).to_contain_text("未录入库存")
    page.get_by_label("备注").fill("五月订单已核对")
    page.get_by_role("button", name="提交数据").click()
    expect(page.locator("main")).to_contain_text("已提交")
    expect(page.get_by_role("button", name="核查数据")).to_have_count(0)

    for login, button, state in (
        ("data-analyst", "核查数据", "已核查"),
        ("finance", "确认回款率与销售额", "财务已确认"),
        ("inventory-control", "确认呆滞库存与周转", "库存管理已确认"),
    ):
        page = page_as(login, scripts=login != "finance")
        page.goto("/trade/months/2025-05")
        page.get_by_role("button", name=button).click()
        expect(page.locator("main")).to_contain_text(state)
    expect(page.locator("main")).to_contain_text("五月订单已核对")
    expect(page.locator("main .kz-head")).to_contain_text("已确认")

    page = page_as("data-analyst")
    page.goto("/grading/runs/new")
    page.locator("[name=start]").fill("2025-05-01")
    page.locator("[name=end]").fill("2025-06-30")
    page.locator("main form button.btn-primary").click()
    expect(page.locator("main")).to_contain_text("2025-06")
    expect(page.locator("main")).to_contain_text("只计已确认月份")
    expect(page.locator("main")).to_contain_text("缺 1 个月")
