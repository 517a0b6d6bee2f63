"""A valid complaint is handled by three people from the first call to its end; whom it is about sees nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kezhi import acting_as, db, writing
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.accounts.services import add_department, set_manager, user_named

pytestmark = [pytest.mark.browser, pytest.mark.plugins("complaints"), pytest.mark.timeout(300)]


@pytest.mark.clause("CMP-13", "CMP-14", "CMP-15")
def test_a_complaint_from_the_first_call_to_its_end(app: Any, page_as: Callable[..., Page]) -> None:
    from kezhi_complaints import services
    from kezhi_complaints.models import CHANNEL, KIND

    agent = page_as("customer-service-agent", scripts=False)
    manager, finder = page_as("customer-service-manager", scripts=False), page_as("technical-department", scripts=False)
    accused = page_as("salesperson")
    people: dict[str, Any] = {
        role: user_named(f"{role}-user")
        for role in ("customer-service-agent", "customer-service-manager", "technical-department", "salesperson")
    }
    with acting_as(people["customer-service-agent"]), writing():
        kinds, channels = services.entries(KIND), services.entries(CHANNEL)
        values = {"complainant": "陆敏", "phone": "13900017718", "subject": "到货短少 12 件", "course": "清点 36 件。",
                  "accused_id": people["salesperson"].id, "kind_id": kinds[7]["id"],
                  "channel_id": channels[0]["id"]}  # fmt: skip
        case = services.register(values).id
        # who signs is the manager of the department that handles it
        place = add_department("客服部").id
        set_manager(place, people["customer-service-manager"].id)
        ids = [people[f"customer-service-{each}"].id for each in ("agent", "manager")]
        accounts: Any = Account.__table__
        db.session.execute(accounts.update().where(accounts.c.id.in_(ids)).values(department_id=place))
    db.session.rollback()
    address = f"/complaints/{case}"

    def follow(page: Page, link: str, button: str, **chosen: str) -> None:
        """A form about what follows from the complaint: opened by its link, filled in, and sent."""
        page.goto(address)
        page.get_by_role("link", name=link, exact=True).first.click()
        for label, text in chosen.items():
            field = page.get_by_label(label).first
            field.select_option(label=text) if field.evaluate("e => e.tagName") == "SELECT" else field.fill(text)
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.locator("#remedy")).to_be_visible()

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
    follow(agent, "加一项补救", "记录", 补救方式="补偿", 金额="12800", 内容="停线损失，按合同第 9 条")
    expect(agent.locator("#remedy")).to_contain_text("待审批")
    follow(
        agent,
        "原因与责任",
        "记录",
        原因="　缺少复核",
        责任方="承运商（填写名称）",
        供应商或承运商名称="顺达物流",
        分担="100",
    )
    manager.goto(address)
    manager.locator("#remedy").get_by_role("link", name=re.compile("^SP-")).click()
    manager.get_by_role("button", name="同意并签字", exact=True).click()
    follow(agent, "已执行", "已执行", 执行情况="已转账")
    expect(agent.locator("#remedy")).to_contain_text("¥12,800.00")
    people_of = {"执行": "technical-department-user", "检查": "customer-service-manager-user"}
    follow(agent, "下达整改措施", "下达", 措施="增加复点签字", 负责人=people_of["执行"], 效果检查人=people_of["检查"])
    finder.goto("/tasks")
    expect(finder.locator("main")).to_contain_text("执行整改措施")
    step(agent, "答复客户", 说明="已补发，致歉")
    step(agent, "客户确认")
    step(agent, "说明调查结果", 说明对象="投诉人")
    step(manager, "说明调查结果", 说明对象="被投诉人的直接领导")
    step(agent, "关闭")
    expect(agent.locator("h1")).to_contain_text("已关闭")
    assert accused.request.get(address).status == 404
    agent.get_by_role("button", name="生成链接").click()
    link = agent.locator("code").inner_text().partition("/complaints/")[2]
    browser = agent.context.browser
    assert browser is not None
    elsewhere = browser.new_context(base_url=agent.url.partition("/complaints")[0], locale="zh-CN")
    customer = elsewhere.new_page()
    customer.goto(f"/complaints/{link}")
    expect(customer.locator("main, body").first).not_to_contain_text("到货短少")
    customer.get_by_label("非常不满意").check()
    customer.get_by_label("您想对我们说什么？").fill("又少一件")
    customer.get_by_role("button", name="提交").click()
    expect(customer.get_by_text("谢谢").first).to_be_visible()
    assert customer.request.get(f"/complaints/{link}").status == 404
    elsewhere.close()
    manager.goto(address)
    expect(manager.locator("#satisfaction")).to_contain_text("又少一件")
    manager.locator("#satisfaction").get_by_role("link", name="重新打开").click()
    manager.get_by_label("说明").fill("派人上门复查")
    manager.locator("form.kz-panel button[type=submit]").click()
    expect(manager.locator("h1")).to_contain_text("已受理")
