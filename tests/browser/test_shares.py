"""A salesperson shares a customer with a colleague, who finds it and only looks, until it is taken back (CUS-04)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from kezhi import writing
from kezhi.builtin.customers.services import create_customer
from kezhi.site import Site
from kezhi.testing.server import served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


def log_in(page: Page, login: str) -> None:
    page.goto("/login")
    page.fill("[name=login]", login)
    page.fill("[name=password]", f"{login}-password-1")
    page.click("button[type=submit]")


def test_a_customer_is_shared_found_looked_at_and_taken_back(
    site: Site, app: Flask, add_person: Callable[..., Any], visit: Callable[..., Page]
) -> None:
    owner = add_person("seller", "salesperson", name="李婷")
    add_person("other", "salesperson", name="张伟")
    with writing():
        number = create_customer({"name": "嘉兴恒岳建筑工程有限公司", "owner_id": owner.id}).id
    with served(site) as port:
        seller, other = visit(port), visit(port)
        log_in(seller, "seller")
        seller.goto(f"/customers/{number}")
        seller.get_by_role("link", name="共享给同事").click()
        seller.select_option("[name=person]", label="张伟")
        seller.fill("[name=reason]", "出差替班")
        seller.get_by_role("button", name="确认共享").click()
        expect(seller.get_by_text("出差替班").first).to_be_visible()
        log_in(other, "other")
        other.get_by_role("link", name="客户档案").first.click()
        other.get_by_role("link", name="与我共享").first.click()
        other.get_by_role("link", name="嘉兴恒岳建筑工程有限公司").first.click()
        expect(other.get_by_text("共享给我，至").first).to_be_visible()
        expect(other.get_by_role("link", name="编辑")).to_have_count(0)
        seller.get_by_role("button", name="收回张伟的共享").click()
        expect(seller.get_by_text("已收回共享").first).to_be_visible()
        other.goto("/customers/shared")
        expect(other.get_by_text("嘉兴恒岳")).to_have_count(0)
