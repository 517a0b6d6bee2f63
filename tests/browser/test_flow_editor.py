"""The editor of approval flows in a browser: who would sign follows what is typed, and a step is added and moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def field(page: Page, name: str) -> Any:
    return page.locator(f'[id="{name}"]')


def test_who_would_sign_follows_what_is_typed(
    app: Flask, page_as: Callable[..., Page], add_person: Callable[..., Any]
) -> None:
    add_person("wang", "finance", name="王芳")
    page = page_as("general-manager", "zh")
    page.goto("/approvals/flows/approvals.memo/edit")
    preview = page.locator("#flow-preview")
    expect(preview.locator(".kz-sign")).not_to_contain_text("王芳")
    page.get_by_role("button", name="添加步骤").click()
    expect(field(page, "steps.2.zh")).to_be_focused()
    field(page, "steps.2.zh").fill("财务审核")
    expect(field(page, "steps.2.people")).to_be_hidden()
    field(page, "steps.2.who").select_option("people")
    expect(field(page, "steps.2.people")).to_be_visible()
    field(page, "steps.2.people").fill("王芳 (wang)")
    field(page, "steps.2.people").press("Tab")
    expect(preview).to_contain_text("财务审核")
    expect(preview.locator(".fl-names").last).to_contain_text("王芳")
    page.get_by_role("button", name="上移“步骤 3”").click()
    expect(field(page, "steps.1.zh")).to_have_value("财务审核")
    field(page, "steps.1.who").select_option("role:inventory-control")
    expect(preview).to_contain_text("没有在用账户")
    field(page, "steps.1.who").select_option("people")
    page.locator("#reason").fill("增加财务审核")
    page.get_by_role("button", name="保存为新版本").or_(page.get_by_role("button", name="保存版本")).click()
    expect(page.get_by_text("已保存为第 1 版")).to_be_visible()
    expect(page.locator(".kz-steps")).to_contain_text("王芳")
    page.get_by_role("link", name="第 1 版修改了什么").click()
    expect(page.get_by_role("region", name="两个版本对照")).to_contain_text("新增步骤")
