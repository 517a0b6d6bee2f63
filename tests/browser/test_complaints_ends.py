"""An anonymous complaint that proves untrue is invalid and answered all the same; one that nobody handles goes up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kezhi import acting_as, clock, db, set_setting, writing
from kezhi.builtin.accounts.services import user_named

pytestmark = [pytest.mark.browser, pytest.mark.plugins("complaints"), pytest.mark.timeout(240)]


def heard(by: Any, **values: Any) -> int:
    from kezhi_complaints import services
    from kezhi_complaints.models import CHANNEL, KIND

    with acting_as(by), writing():
        lists = {f"{name}_id": services.entries(name)[0]["id"] for name in (KIND, CHANNEL)}
        case = services.register({**lists, "subject": "司机言语生硬", "course": "卸货时催促。", **values},
                                 by_code="received_at" in values).id  # fmt: skip
    db.session.rollback()
    return int(case)


@pytest.mark.clause("CMP-03", "CMP-04", "CMP-10")
def test_an_anonymous_complaint_that_proves_untrue_is_invalid_and_replied_to(page_as: Callable[..., Page]) -> None:
    agent, finder = page_as("customer-service-agent", scripts=False), page_as("technical-department", scripts=False)
    agent.goto("/complaints/new")
    agent.get_by_label("匿名").check()
    agent.get_by_label("投诉类别").select_option(index=2)
    agent.get_by_label("投诉事项").fill("司机言语生硬")
    agent.get_by_label("事情经过").fill("卸货时催促。")
    agent.get_by_role("button", name="保存并受理").click()
    expect(agent.locator("h1")).to_contain_text("已受理")
    expect(agent.locator("main")).to_contain_text("匿名")
    address = agent.url

    def step(name: str, **chosen: str) -> None:
        agent.goto(address)
        if not agent.get_by_role("link", name=name, exact=True).first.is_visible():
            agent.locator("summary[aria-label='更多操作']").click()
        agent.get_by_role("link", name=name, exact=True).first.click()
        for label, text in chosen.items():
            field = agent.get_by_label(label)
            field.select_option(label=text) if field.evaluate("e => e.tagName") == "SELECT" else field.fill(text)
        agent.locator("form.kz-panel button[type=submit]").click()
        expect(agent.get_by_text("已记录：").first).to_be_visible()

    step("开始调查", 调查人="technical-department-user")
    finder.goto(address)
    finder.get_by_label("查明的事实").fill("监控显示司机未下车，主要事实不实。")
    finder.get_by_role("button", name="保存并完成调查").click()
    expect(finder.get_by_text("调查已完成").first).to_be_visible()

    agent.goto(address)
    judgement = agent.locator("#judgement")
    judgement.get_by_role("radio", name="无效").first.check()
    agent.get_by_role("button", name="提交判定").click()  # without a ground it is refused, and what was chosen stays
    expect(agent.locator("main")).to_contain_text("请在六项无效理由中选择一项")
    judgement.get_by_role("radio", name="匿名").first.check()
    judgement.locator("[name=untrue]").check()
    agent.get_by_role("button", name="提交判定").click()
    expect(agent.get_by_text("判定已记录").first).to_be_visible()
    expect(judgement).to_contain_text("恶意")
    step("答复客户", 说明="经查不实，谢谢监督")  # at once: an invalid one needs no plan
    step("说明调查结果", 说明对象="被投诉单位")
    step("关闭")
    expect(agent.locator("h1")).to_contain_text("已关闭")


@pytest.mark.clause("CMP-12", "CMP-10", "CMP-21")
def test_what_nobody_handles_goes_up_to_the_leader(page_as: Callable[..., Page]) -> None:
    from kezhi_complaints.services.escalation_job import watch

    agent, leader = page_as("customer-service-agent"), page_as("customer-service-manager", scripts=False)
    desk = user_named("customer-service-agent-user")
    assert desk is not None
    with writing():
        set_setting("complaints", "elapsed", True)  # whatever time it is where the test runs
    heard(desk, complainant="陆敏", phone="13900017718", received_at=clock.now() - timedelta(minutes=40))
    with writing():
        watch()
    agent.goto("/complaints")  # the board of what is open, and what is over its time first
    expect(agent.locator(".kz-card")).to_have_count(1)
    expect(agent.locator(".kz-card .kz-clock")).to_contain_text("超时 0:1")
    agent.locator(".kz-card .ttl").click()
    expect(agent.locator("h1")).to_contain_text("已上报 1 次")
    leader.goto("/")
    leader.get_by_role("link", name="司机言语生硬").first.click()
    leader.get_by_role("link", name="受理", exact=True).first.click()
    leader.locator("form.kz-panel button[type=submit]").click()
    expect(leader.locator("h1")).to_contain_text("已受理")
