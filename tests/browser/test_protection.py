"""An administrator switches the encryption of files off with a reason, sees it named, and switches it on again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser]

REASON = "服务商核对上传文件夹，周五恢复"


@pytest.mark.clause("CUS-11")
def test_a_deviation_needs_a_reason_and_is_named_until_it_ends(app: Any, page_as: Callable[..., Page]) -> None:
    page = page_as("administrator", scripts=False)
    page.goto("/protection")
    expect(page.get_by_role("region", name="密钥列表")).to_contain_text("当前使用")
    page.get_by_role("link", name="文件…").click()
    page.get_by_role("button", name="关闭").click()
    expect(page.locator("body")).to_contain_text("请写明原因")
    page.get_by_label("原因").fill(REASON)
    page.get_by_role("button", name="关闭").click()
    expect(page.locator(".kz-note").filter(has_text="已关闭")).to_contain_text(REASON)
    page.get_by_role("button", name="重新开启").click()
    expect(page.locator(".kz-note").filter(has_text="已关闭")).to_have_count(0)
    expect(page.get_by_role("region", name="例外列表")).to_contain_text(REASON)
