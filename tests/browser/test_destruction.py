"""Two files are proposed in the list, three people sign, one keeps a file back: the other one goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kezhi.jobs import run_pending
from kezhi.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

GONE, KEPT = "镇江旭日灯具商行", "芜湖南方电料店"


@pytest.mark.clause("CUS-10")
def test_three_people_destroy_a_file_and_keep_another(
    site: Site, make_customer: Callable[..., Any], page_as: Callable[..., Page]
) -> None:
    for name in (GONE, KEPT):
        make_customer(name=name)
    page = page_as("customer-information-clerk")
    page.goto("/customers")
    for box in page.locator("tbody input[name=ids]").all():
        box.check()
    page.get_by_role("button", name="提请销毁…").click()
    page.get_by_label("保管期限依据").fill(f"{GONE}已注销")
    page.get_by_role("button", name="提请销毁", exact=True).click()
    expect(page.get_by_text("请勿写入名称").first).to_be_visible()
    expect(page.get_by_label("保管期限依据")).to_have_value(f"{GONE}已注销")  # nothing typed is lost
    page.get_by_label("保管期限依据").fill("登记已满五年，未发生交易。")
    page.get_by_role("button", name="提请销毁", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("XH-000001")

    for role in ("customer-information-officer", "customer-service-manager", "general-manager"):
        page = page_as(role)
        page.goto("/destruction")
        page.get_by_role("link", name="XH-000001").click()
        if role == "customer-service-manager":
            page.get_by_role("row").filter(has_text=KEPT).get_by_role("link", name="保留此份").click()
            page.get_by_label("保留原因").fill("近期重新询价")
            page.get_by_role("button", name="保留此份").click()
            expect(page.get_by_role("row").filter(has_text=KEPT)).to_contain_text("决定保留")
        page.get_by_role("link", name="审批与签署").click()
        page.get_by_role("button", name="同意并签字").first.click()
        expect(page.get_by_role("button", name="同意并签字")).to_have_count(0)
    run_pending(site)
    page.goto("/destruction/1")
    expect(page.get_by_role("row").filter(has_text=KEPT)).to_contain_text("决定保留")
    expect(page.get_by_text("已销毁").first).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(GONE)
