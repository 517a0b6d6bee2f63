"""A valid complaint is handled by three people from the first call to its end; whom it is about sees nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kezhi import acting_as, db, writing
from kezhi.builtin.accounts.services import user_named

pytestmark = [pytest.mark.browser, pytest.mark.plugins("complaints"), pytest.mark.timeout(300)]


@pytest.mark.clause("CMP-10", "CMP-11", "CMP-03")
def test_a_complaint_from_the_first_call_to_its_end(app: Any, page_as: Callable[..., Page]) -> None:
    from kezhi_complaints import services
    from kezhi_complaints.models import CHANNEL, KIND

    agent = page_as("customer-service-agent", scripts=False)
    manager, finder = page_as("customer-service-manager", scripts=False), page_as("technical-department", scripts=False)
    accused = page_as("salesperson")
    people: dict[str, Any] = {
        role: user_named(f"{role}-user") for role in ("customer-service-agent", "technical-department", "salesperson")
    }
    with acting_as(people["customer-service-agent"]), writing():
        kinds, channels = services.entries(KIND), services.entries(CHANNEL)
        values = {"complainant": "陆敏", "phone": "13900017718", "subject": "到货短少 12 件", "course": "清点 36 件。",
                  "accused_id": people["salesperson"].id, "kind_id": kinds[7]["id"],
                  "channel_id": channels[0]["id"]}  # fmt: skip
        case = services.register(values).id
    db.session.rollback()
    address = f"/complaints/{case}"

    def step(page: Page, name: str, **chosen: str) -> None:
        page.goto(address)
        if not page.get_by_role("link", name=name, exact=True).first.is_visible():
            page.locator("summary[aria-label='更多操作']").click()
        page.get_by_role("link", name=name, exact=True).first.click()
        for label, text in chosen.items():
            field = page.get_by_label(label)
            field.select_option(label=text) if field.evaluate("e => e.tagName") == "SELECT" else field.fill(text)
        page.locator("form.kz-panel button[type=submit]").click()
        expect(page.get_by_text("已记录：").first).to_be_visible()

    step(agent, "受理")
    step(manager, "开始调查", 调查人="technical-department-user")
    finder.goto(address)
    finder.get_by_label("查明的事实").fill("一托盘留在 3 号月台")
    finder.get_by_label("管理漏洞").fill("夜班无复点")
    finder.get_by_role("button", name="保存并完成调查").click()
    expect(finder.get_by_text("调查已完成").first).to_be_visible()
    step(agent, "提出方案", 说明="今天补发 12 件")
    agent.get_by_role("radio", name="有效").first.check()
    agent.get_by_role("button", name="提交判定").click()
    expect(agent.get_by_text("判定已记录").first).to_be_visible()
    step(agent, "开始处理")
    step(agent, "答复客户", 说明="已补发，致歉")
    step(agent, "客户确认")
    step(agent, "说明调查结果", 说明对象="投诉人")
    step(manager, "说明调查结果", 说明对象="被投诉人的直接领导")
    step(agent, "关闭")
    expect(agent.locator("h1")).to_contain_text("已关闭")
    assert accused.request.get(address).status == 404
