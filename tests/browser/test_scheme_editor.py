"""The scheme editor in a browser: the sum of the weights, rows without a reload, and what stays where it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180), pytest.mark.plugins("trade", "grading")]


def field(page: Page, name: str) -> Any:
    return page.locator(f'[id="{name}"]')


def test_weights_add_up_as_one_types_and_rows_come_without_a_reload(app: Flask, page_as: Callable[..., Page]) -> None:
    page = page_as("data-analyst", "en")
    page.goto("/grading/editor/schemes/composite-abc")
    total = page.locator("#ge-sum")
    expect(total).to_have_text("100%")
    for typed, shown in (("37.5", "97.5%"), ("1/3", "93.33%"), ("", "60%"), ("40%", "100%")):
        field(page, "criteria.0.weight").fill(typed)
        expect(total).to_have_text(shown)
    expect(page.locator("#ge-bar rect")).to_have_count(4)
    field(page, "zh").fill("我的方案")
    page.evaluate("window.stayed = true")
    page.get_by_label("Metric of a new criterion").select_option("trade.order_count")
    page.get_by_role("button", name="Add a criterion").click()
    expect(field(page, "criteria.4.en")).to_be_focused()
    expect(field(page, "zh")).to_have_value("我的方案")
    page.get_by_role("button", name="Remove Number of orders", exact=True).click()
    expect(field(page, "criteria.4")).to_have_count(0)
    page.get_by_role("button", name="Check", exact=True).last.click()
    expect(page.get_by_text("The draft can be saved")).to_be_visible()
    assert page.evaluate("window.stayed") is True
    page.get_by_role("button", name="Save version").click()
    expect(page.locator("#form-errors")).to_contain_text("Say why the scheme is changed")
    page.locator("#reason").fill("A name of our own")
    page.get_by_role("button", name="Save version").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("v2")
    expect(page.get_by_text("A name of our own")).to_be_visible()


def test_a_condition_shows_the_fields_that_its_comparison_needs(app: Flask, page_as: Callable[..., Page]) -> None:
    page = page_as("sales-director", "en")
    page.goto("/grading/editor/schemes/abcd-foreign")
    at = "grades.0.parts.0"
    expect(field(page, f"{at}.second")).to_be_hidden()
    expect(field(page, f"{at}.count")).to_be_hidden()
    field(page, f"{at}.operator").select_option("from-to")
    field(page, f"{at}.window").select_option("years")
    expect(field(page, f"{at}.second")).to_be_visible()
    expect(field(page, f"{at}.count")).to_be_visible()
    page.get_by_role("button", name="Group", exact=True).first.click()
    expect(field(page, "grades.0.parts.4.parts.0.criterion")).to_be_focused()
    expect(field(page, f"{at}.operator")).to_have_value("from-to")
