"""Upkeep as people do it: several files verified from the list, a note with two competitors, where the copies are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kezhi import clock, set_setting, writing

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def test_files_are_verified_and_a_note_is_handed_in(
    make_customer: Callable[..., Any], page_as: Callable[..., Page]
) -> None:
    for name in ("上海申联国际贸易有限公司", "杭州恒远精密机械有限公司"):
        make_customer(name=name)
    with writing():
        set_setting("upkeep", "asked_since", date(clock.today().year - 1, 1, 1))
    page = page_as("administrator")
    page.goto("/customers?columns=name,upkeep.verification")
    expect(page.get_by_text("尚未到核定期").first).to_be_visible()
    for box in page.locator("tbody input[name=ids]").all():
        box.check()
    page.get_by_role("button", name="核定…").click()
    expect(page.get_by_role("heading", name="将所选档案记录为已核定？")).to_be_visible()
    page.get_by_label("备注").fill("与营业执照核对")
    page.get_by_role("button", name="记录核定").click()
    expect(page.get_by_text("已记录 2 家客户档案的核定")).to_be_visible()
    page.get_by_role("link", name="上海申联国际贸易有限公司").click()
    panel = page.get_by_role("region", name="核定", exact=True)
    expect(panel.get_by_text("与营业执照核对")).to_be_visible()
    hand_in_a_note(page)


def hand_in_a_note(page: Page) -> None:
    page.goto("/upkeep/notes/write")
    first = page.get_by_role("region", name="竞争对手 1")
    first.get_by_label("竞争对手").fill("宏景电气")
    first.get_by_label("对手动向").fill("整体降价 5%")
    page.get_by_role("button", name="再添一家竞争对手").click()
    expect(first.get_by_label("竞争对手")).to_have_value("宏景电气")
    second = page.get_by_role("region", name="竞争对手 2")
    second.get_by_label("竞争对手").fill("德诺建材")
    second.get_by_label("涉及客户").fill("没有这家公司")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_contain_text("没有这家公司")
    second.get_by_label("对手动向").fill("次日达")
    second.get_by_label("涉及客户").fill("上海申联国际贸易有限公司")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("德诺建材")).to_be_visible()
    expect(page.get_by_text("上海申联国际贸易有限公司")).to_be_visible()
