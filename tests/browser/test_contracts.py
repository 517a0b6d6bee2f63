"""A contract entered, signed and renewed with the mouse, without scripts on the way, found on its customer's page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.plugins("trade", "grading")]


@pytest.mark.clause("CUS-13")
def test_a_contract_is_entered_signed_and_renewed(company: dict[str, Any], page_as: Callable[..., Page]) -> None:
    page = page_as("sales-director")
    page.goto("/contracts")
    page.get_by_role("link", name="新合同").first.click()
    page.locator("#customer").fill("KH-1")
    page.get_by_label("类型").select_option(label="长期协议")
    page.get_by_label("合同名称").fill("年度框架")
    page.get_by_label("生效日期").fill("2026-01-01")
    page.get_by_label("有效期至").fill("2099-12-31")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("h1")).to_contain_text("草稿")

    page.get_by_role("link", name="编辑").click()
    page.get_by_label("签订日期").fill("2025-12-20")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("双方签订人")
    page.get_by_label("我方签订人").fill("马成")
    page.get_by_label("对方签订人").fill("王建国")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("h1")).to_contain_text("有效")

    page.get_by_role("link", name="续签").click()
    expect(page.get_by_label("生效日期")).to_have_value("2100-01-01")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("h1")).to_contain_text("草稿")
    page.locator("dd").get_by_role("link", name=re.compile("HT-")).click()
    expect(page.get_by_text("续签为", exact=True)).to_be_visible()

    plain = page_as("sales-director", scripts=False)
    plain.goto("/contracts?f.state=in_force")
    plain.get_by_role("link", name=re.compile("上海申联")).first.click()
    plain.locator(".kz-hero").get_by_role("link", name=re.compile("上海申联")).click()
    expect(plain.locator("body")).to_contain_text("年度框架")
