"""The monthly report in the browser: draft, findings, signatures, document, and clicks on figures (CMP-20, CMP-21)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from kezhi import clock, db, writing

pytestmark = [pytest.mark.browser, pytest.mark.plugins("complaints"), pytest.mark.timeout(300)]


@pytest.fixture
def last_month(app: object) -> str:
    """Three complaints of the month that is over."""
    from kezhi_complaints import services
    from kezhi_complaints.models import CAUSE, CHANNEL, KIND
    from kezhi_complaints.services.report_months import later, month_of, span_of

    month = later(month_of(clock.today()), -1)
    with writing():
        lists = {f"{name}_id": services.entries(name)[0]["id"] for name in (KIND, CHANNEL)}
        causes = [row["id"] for row in services.entries(CAUSE)]
        for number in range(3):
            received = span_of(month).start + timedelta(days=number + 1)
            heard = {
                "complainant": "陆敏",
                "phone": "13900017718",
                "subject": f"到货短少 {number} 件",
                "course": "短少。",
            }
            made = services.register({**heard, **lists, "received_at": received}, by_code=True)
            made.cause_id = causes[min(number, 1)]
        db.session.flush()
    return f"{month:%Y-%m}"


@pytest.mark.clause("CMP-20", "CMP-21")
def test_a_report_goes_from_the_draft_to_the_signed_document(last_month: str, page_as: Callable[..., Page]) -> None:
    page = page_as("customer-service-manager")
    page.goto("/complaints/reports")
    page.get_by_label("生成月份报告").select_option(last_month)
    page.get_by_role("button", name="草稿").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"投诉分析报告 {last_month}")
    page.get_by_role("link", name="填写结论与措施").click()
    page.get_by_label("分析结论").fill("货差为主，集中在夜班装车。")
    page.get_by_label("改进措施").fill("物资部实行复点签字。")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("货差为主")
    page.get_by_role("link", name="提交签发").click()
    page.get_by_role("button", name="提交签发").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("签发中")
    address = page.url
    for role in ("deputy-general-manager", "general-manager"):
        signer = page_as(role)
        signer.goto(address)
        signer.get_by_role("link", name="打开审批").click()
        expect(signer.locator("main")).to_contain_text("货差为主")
        signer.get_by_role("button", name="同意并签字").click()
    page = page_as("general-manager")
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_contain_text("已签发")
    page.locator(".kz-kpi").first.click()
    expect(page.locator("main")).to_contain_text("该数字统计全公司 3 件投诉")
    expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_role("link", name="返回报表").click()
    page.locator(".kz-fig summary").first.click()
    page.locator(".kz-fig td a").first.click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.goto(address)
    page.get_by_role("link", name="生成文书").click()
    expect(page.locator("img[src*='pages/1.png']").first).to_be_visible()
    page.goto("/complaints/live")
    page.locator(".kz-kpi").first.click()
    expect(page.locator("tbody tr")).to_have_count(3)
