"""A salesperson enters a customer, the manager in charge confirms it, and its card is there (CUS-14, CUS-15)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from kezhi import set_setting, writing
from kezhi.builtin.accounts.models import Department
from kezhi.builtin.accounts.services import add_department
from kezhi.site import Site
from kezhi.testing.server import served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


def log_in(page: Page, login: str) -> None:
    page.goto("/login")
    page.fill("[name=login]", login)
    page.fill("[name=password]", f"{login}-password-1")
    page.click("button[type=submit]")


def test_a_customer_is_entered_confirmed_and_has_its_card(
    site: Site, app: Flask, add_person: Callable[..., Any], visit: Callable[..., Page]
) -> None:
    with writing() as session:
        east = add_department("华东销售部").id
        session.flush()
    add_person("seller", "salesperson", department_id=east, name="李婷")
    manager = add_person("manager", "sales-manager", department_id=east, name="何志强")
    with writing() as session:
        session.get_one(Department, east).manager_id = manager.id
        set_setting("customers", "confirm_new", True)
    with served(site) as port:
        seller = visit(port)
        log_in(seller, "seller")
        seller.goto("/customers/new")
        seller.fill("[name=name]", "嘉兴恒岳建筑工程有限公司")
        seller.select_option("[name=business_type]", label="建筑工程公司")
        seller.click("form.kz-panel button.btn-primary")
        expect(seller.get_by_text("待确认").first).to_be_visible()
        address = seller.url
        boss = visit(port)
        log_in(boss, "manager")
        boss.goto("/approvals")
        boss.get_by_text("嘉兴恒岳").first.click()
        boss.get_by_role("button", name="同意并签字").click()
        seller.goto(address)
        expect(seller.get_by_text("已确认为客户").first).to_be_visible()
        expect(seller.get_by_text("KH-").first).to_be_visible()
        seller.get_by_role("link", name="档案管理").click()
        seller.get_by_role("link", name="打开卡片").click()
        expect(seller.get_by_role("heading", name="嘉兴恒岳建筑工程有限公司")).to_be_visible()
        expect(seller.get_by_text("建筑工程公司").first).to_be_visible()
