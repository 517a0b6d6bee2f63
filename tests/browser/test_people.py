"""A salesperson sets up a second factor and logs in with it; the administrator hands her work over (ORG-01, ORG-02)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import expect

from kezhi import writing
from kezhi.builtin.accounts.services import user_named
from kezhi.builtin.customers.services import create_customer
from kezhi.testing.plugin import new_person

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.mark.clause("ORG-01", "ORG-02")
def test_a_code_at_the_log_in_a_password_link_and_the_hand_over_of_who_leaves(
    page_as: Callable[..., Any], app: Flask
) -> None:
    li, wang = page_as("salesperson", width=390, dark=True), new_person(app, "wang", "salesperson", name="王芳")
    person = user_named("salesperson-user")
    assert person is not None
    with writing():
        for number in range(3):
            create_customer({"code": f"KH-{number}", "name": f"华东客户{number}", "owner_id": person.id})
    # the second factor: set up on her own page, on a telephone
    li.goto("/accounts/me/factor")
    li.fill("[name=old_password]", "salesperson-user-password-1")
    li.get_by_role("button", name="设置", exact=False).last.click()
    whole = li.evaluate(
        "[...document.querySelectorAll('.accounts-qr svg, .accounts-qr path:last-child')]"
        ".map(each => { const box = each.getBoundingClientRect(); return [box.left, box.right, box.top, box.bottom]; })"
    )
    (left, right, top, bottom), drawn = whole
    assert right - left > 150
    assert left < drawn[0] < drawn[1] < right, "nothing of the picture is cut off"
    assert top < drawn[2] < drawn[3] < bottom
    assert li.evaluate("document.documentElement.scrollWidth") <= 390
    secret = "".join(li.locator(".accounts-key").inner_text().split())
    li.fill("[name=code]", pyotp.TOTP(secret).now())
    li.get_by_role("button", name="启用").click()
    expect(li.locator(".accounts-codes li")).to_have_count(10)
    recovery = li.locator(".accounts-codes code").first.inner_text()
    li.get_by_role("link", name="我已妥善保存").click()
    # a browser without JavaScript: the password alone does not let in
    plain = page_as("salesperson", scripts=False)
    expect(plain).to_have_url(re.compile("/login/code"))
    plain.goto("/customers")
    expect(plain).to_have_url(re.compile("/login"))
    plain.goto("/login/code?next=/customers")
    plain.fill("[name=code]", "000000")
    plain.get_by_role("button", name="登录").click()
    expect(plain.get_by_text("验证码不正确")).to_be_visible()
    plain.fill("[name=code]", recovery)
    plain.get_by_role("button", name="登录").click()
    expect(plain.get_by_text("华东客户0")).to_be_visible()
    # the administrator hands everything over
    admin = page_as("administrator")
    admin.goto(f"/accounts/users/{person.id}")
    admin.get_by_role("link", name="移交", exact=True).click()
    admin.select_option("[name=receiver_1]", label="王芳")
    admin.fill("[name=note]", "三月离职")
    admin.get_by_role("button", name="预览移交结果").click()
    expect(admin.get_by_text("华东客户2")).to_be_visible()
    admin.get_by_role("button", name="确认移交").click()
    expect(admin.get_by_role("heading", name=re.compile("工作移交")).first).to_be_visible()
    expect(admin.get_by_text("三月离职")).to_be_visible()
    plain.reload()
    expect(plain).to_have_url(re.compile("/login"))
    # a link for the one who takes over: the code leaves the address, nobody is told whose it is
    admin.goto(f"/accounts/users/{wang.id}")
    admin.get_by_role("button", name="签发密码链接").click()
    address = admin.locator(".accounts-key").first.inner_text()
    admin.context.clear_cookies()
    admin.goto(address)
    expect(admin).to_have_url(re.compile("/password/link$"))
    for name in ("new_password", "repeated"):
        admin.fill(f"[name={name}]", "一个很长很好记的密码")
    admin.get_by_role("button", name="设置密码").click()
    admin.fill("[name=login]", "wang")
    admin.fill("[name=password]", "一个很长很好记的密码")
    admin.get_by_role("button", name="登录").click()
    admin.goto("/customers")
    expect(admin.get_by_text("华东客户1")).to_be_visible()
