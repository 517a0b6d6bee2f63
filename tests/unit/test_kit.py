"""The test kit that plugin authors get: sites with chosen plugins, without one, records, a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from kezhi import db
from kezhi.builtin.customers.models import Customer
from kezhi.site import Site


@pytest.mark.plugins("trade", "grading")
def test_a_site_without_a_plugin_has_nothing_of_it(app: Flask, without: Callable[[str], Flask]) -> None:
    assert "trade" in app.extensions["kezhi"].plugins
    other = without("trade")
    assert "trade" not in other.extensions["kezhi"].plugins
    assert "grading" in other.extensions["kezhi"].plugins
    assert not [rule for rule in other.url_map.iter_rules() if rule.rule.startswith("/trade")]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_sites_with_chosen_plugins_on_either_database(make_site: Callable[..., Site], kind: str) -> None:
    site = make_site("trade", database=kind)
    assert site.engine.dialect.name == kind
    assert "trade" in site.app.extensions["kezhi"].plugins
    assert "grading" not in site.app.extensions["kezhi"].plugins
    assert make_site().config.database_url != site.config.database_url


def test_records_come_by_the_services(
    app: Flask, make_customer: Callable[..., Any], make_department: Callable[..., int]
) -> None:
    department = make_department()
    first, second = make_customer(department_id=department), make_customer(name="Named")
    assert first.code != second.code
    assert db.session.get(Customer, second.id).name == "Named"  # type: ignore[union-attr]
    assert first.department_id == department


@pytest.mark.browser
@pytest.mark.parametrize(("language", "word"), [("zh", "客户档案"), ("en", "Customer files")])
def test_a_browser_page_is_logged_in(page_as: Callable[..., Any], language: str, word: str) -> None:
    page = page_as("administrator", language, width=390, dark=True)
    page.goto("/customers")
    assert word in page.title()
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
