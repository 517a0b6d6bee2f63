"""A salesperson asks for data that leaves the company; the manager signs, customer service answers and registers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from kezhi import writing
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.accounts.services import set_manager, user_named
from kezhi.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.mark.clause("CUS-09")
def test_what_leaves_the_company_is_asked_for_signed_answered_and_registered(
    site: Site,
    make_customer: Callable[..., Any],
    make_department: Callable[..., int],
    page_as: Callable[..., Page],
) -> None:
    page, signer, holder = (page_as(role) for role in ("salesperson", "sales-manager", "customer-service-manager"))
    east, service = make_department("华东一部"), make_department("客服部")
    places = {"salesperson": east, "sales-manager": east, "customer-service-manager": service}
    people: dict[str, Any] = {role: user_named(f"{role}-user") for role in places}
    with writing() as session:
        for role, place in places.items():
            session.get_one(Account, people[role].id).department_id = place
        set_manager(east, people["sales-manager"].id)
    make_customer(name="杭州恒远精密机械有限公司", code="KH-1", owner_id=people["salesperson"].id)

    page.goto("/customers")
    page.get_by_role("link", name="杭州恒远精密机械有限公司").first.click()
    page.get_by_role("link", name="档案管理").click()
    page.get_by_role("link", name="申请查阅").click()
    expect(page.get_by_label("客户", exact=True)).to_have_value("KH-1")
    page.get_by_label("用途").fill("年报审计函证")
    page.get_by_label("去向").select_option(label="对外提供")
    page.get_by_role("button", name="提交签署").click()
    expect(page.get_by_text("请填写外部接收单位").first).to_be_visible()
    expect(page.get_by_label("用途")).to_have_value("年报审计函证")  # nothing typed is lost
    page.get_by_label("外部接收单位").fill("天衡会计师事务所")
    page.get_by_role("button", name="提交签署").click()
    expect(page.get_by_text("待签署")).to_be_visible()
    address = page.url

    holder.goto(address)
    expect(holder.get_by_role("link", name="答复…")).to_have_count(0)

    signer.goto(address)
    signer.get_by_role("link", name="审批与签署").click()
    signer.get_by_role("button", name="同意并签字").first.click()
    expect(signer.get_by_role("button", name="同意并签字")).to_have_count(0)

    holder.goto("/")
    holder.get_by_role("link", name="CY-").first.click()
    holder.get_by_role("link", name="答复…").click()
    holder.get_by_label("答复", exact=True).fill("询证函见附件。")
    file = {"name": "询证函.txt", "mimeType": "text/plain", "buffer": "应收余额".encode()}
    holder.get_by_label("附件").set_input_files([file])  # type: ignore[list-item]
    holder.get_by_label("提供的内容").fill("应收账款余额")
    holder.get_by_role("button", name="提交答复").click()
    holder.get_by_role("link", name="WF-").click()
    expect(holder.get_by_text("天衡会计师事务所").first).to_be_visible()
    expect(holder.get_by_role("cell", name="询证函.txt")).to_be_visible()

    signer.goto(address)
    expect(signer.get_by_text("询证函见附件")).to_have_count(0)  # who signed does not see the answer
    page.goto(address)
    expect(page.get_by_text("询证函见附件")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 询证函.txt").click()
    assert download.value.suggested_filename == "询证函.txt"
