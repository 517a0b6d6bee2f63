"""An invoice booked, a payment for it, and the two matched, without scripts; what is left stands on the board."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.plugins("trade", "grading")]


@pytest.mark.clause("TRD-01")
def test_a_payment_settles_the_invoice_that_is_due_first(company: dict[str, Any], page_as: Callable[..., Page]) -> None:
    page = page_as("order-clerk", scripts=False)
    page.goto("/trade/invoices/new?customer=KH-1")
    page.get_by_label("单号").first.fill("FP-1")
    page.get_by_label("日期").first.fill("2025-03-10")
    page.get_by_label("含税金额").fill("1,000.00")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("h1")).to_contain_text("发票 FP-1")

    page.goto("/trade/receipts/new?customer=KH-1")
    page.get_by_label("单号").first.fill("HK-1")
    page.get_by_label("含税金额").fill("600")
    page.get_by_role("button", name="保存").click()
    page.get_by_label("核销 FP-1 的金额").fill("600.01")
    page.get_by_role("button", name="按所填金额核销").click()
    expect(page.get_by_role("alert").first).to_contain_text("600.00")
    page.get_by_role("button", name="按到期先后自动核销").click()
    expect(page.locator("body")).to_contain_text("已核销的发票")
    expect(page.locator("body")).to_contain_text("取消核销")

    page = page_as("order-clerk")
    page.goto("/trade/invoices?face=board")
    expect(page.locator("body")).to_contain_text("逾期 90 天以上")
    expect(page.locator("body")).to_contain_text("¥400")
