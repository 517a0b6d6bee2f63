"""The policy board as a manager uses it: overdue first, to the records, and what does not apply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.clause("PER-01")]


def test_from_an_overdue_clause_to_its_records_and_out_of_the_count(
    page_as: Callable[..., Page], make_customer: Callable[..., Any]
) -> None:
    make_customer(code="K001", name="杭州恒远精密机械有限公司", owner_id=None)
    page = page_as("general-manager")
    page.goto("/policy")
    tiles = page.get_by_role("group", name="按状态筛选")
    expect(tiles.get_by_role("link", name="逾期")).to_contain_text("1")
    tiles.get_by_role("link", name="逾期").click()
    rows = page.get_by_role("region", name="条款表").get_by_role("row")
    expect(rows).to_have_count(3)  # the head, the app, the clause
    rows.last.get_by_role("link", name="0 / 1").click()
    expect(page.get_by_text("杭州恒远精密机械有限公司")).to_be_visible()

    page.go_back()
    page.get_by_role("link", name="同一时间只有一位负责人").click()
    expect(page.get_by_text("每家客户有一名在职的负责人。")).to_be_visible()
    page.get_by_label("原因").fill("公司尚未分配负责人")
    page.get_by_role("button", name="认定不适用").click()
    expect(page.get_by_text("CUS-04 自即日起不适用。")).to_be_visible()
    expect(page.get_by_text("公司尚未分配负责人").first).to_be_visible()
    page.goto("/policy")
    expect(tiles.get_by_role("link", name="逾期")).to_contain_text("0")
