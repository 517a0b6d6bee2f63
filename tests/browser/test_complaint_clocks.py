"""The time left of a complaint, with and without scripts, in a window as wide as a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from kezhi import clock, db, set_setting, writing

pytestmark = [pytest.mark.browser, pytest.mark.plugins("complaints")]


@pytest.mark.clause("CMP-12", "CMP-30")
def test_the_clock_of_a_complaint_is_right_and_goes_on(page_as: Callable[..., Page]) -> None:
    from kezhi_complaints import services
    from kezhi_complaints.models import CHANNEL, KIND, PLANNED, Complaint

    with writing():
        set_setting("complaints", "elapsed", True)  # whatever time it is where the test runs
        lists = {f"{name}_id": services.entries(name)[0]["id"] for name in (KIND, CHANNEL)}
        heard = {"complainant": "陆敏", "phone": "13900017718", "subject": "到货短少 12 件", "course": "短少 12 件。"}
        one = services.register({**heard, **lists, "received_at": clock.now() - timedelta(minutes=10)}).id
    page = page_as("customer-service-manager", scripts=False)
    page.goto("/complaints?f.time_left=hour")
    expect(page.locator(".kz-clock")).to_contain_text("19:")
    page.goto(f"/complaints/{one}")
    expect(page.get_by_role("timer").first).to_contain_text("19:")
    page.get_by_text("客户提出的是 问题").click()
    page.get_by_label("客户提出的事项").select_option(label="咨询")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#clocks")).to_contain_text("答复咨询（30 分钟）")

    page = page_as("customer-service-agent")
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"/complaints/{one}")
    timer = page.locator("#clocks [data-kz-clock-text]").first
    first = timer.inner_text()
    expect(timer).not_to_have_text(first)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    with writing():
        services.add_event(db.session.get_one(Complaint, one), PLANNED)
    page.goto("/complaints/levels")
    expect(page.locator("body")).to_contain_text("09:00–12:00, 13:00–18:00")
    page.goto(f"/complaints/{one}")
    expect(page.locator("#clocks")).to_contain_text("按时")
