"""The test kit that plugin authors get: sites with chosen plugins, without one, records, a browser."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from kezhi import db
from kezhi.builtin.customers.models import Customer
from kezhi.site import Site
from kezhi.testing.chosen import CHOSEN, HIDDEN


@pytest.mark.plugins("trade", "grading")
def test_a_site_without_a_plugin_has_nothing_of_it(app: Flask, without: Callable[[str], Flask]) -> None:
    assert "trade" in app.extensions["kezhi"].plugins
    other = without("trade")
    assert "trade" not in other.extensions["kezhi"].plugins
    assert "grading" in other.extensions["kezhi"].plugins
    assert not [rule for rule in other.url_map.iter_rules() if rule.rule.startswith("/trade")]


@pytest.mark.plugins("trade")
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


@pytest.mark.plugins("trade", "grading")
def test_only_the_tests_of_chosen_plugins_are_run(tmp_path: Path) -> None:
    """``make test PLUGINS='trade'``: the other plugins are as if not installed, and named at the end."""
    (tmp_path / "plugins/grading/tests").mkdir(parents=True)
    (tmp_path / "plugins/grading/tests/test_own.py").write_text("def test_in_its_folder(): pass\n")
    text = "import pytest\n\n"
    for name in ("", "trade", "grading"):
        text += f"@pytest.mark.plugins({name!r})\n" if name else ""
        text += f"def test_{name or 'core'}(): pass\n\n"
    text += "@pytest.mark.installed('grading')\ndef test_that_enables_it_by_itself(): pass\n\n"
    (tmp_path / "test_all.py").write_text(text + SEEN)
    line = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)]
    for chosen, last in (("trade", "3 passed, 2 deselected"), ("trade grading", "6 passed"), ("", "6 passed")):
        environment = {**os.environ, CHOSEN: chosen}
        environment.pop(HIDDEN, None)
        done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert last in done.stdout.splitlines()[-1], done.stdout
        left_out = done.stdout.partition("left out with the tests that need them: ")[2]
        assert ("grading" in left_out) == (chosen == "trade")


SEEN = """
def test_what_is_seen(databases):
    import os
    from kezhi.discover import discover
    from kezhi.testing.databases import command
    chosen = os.environ["KEZHI_TEST_PLUGINS"].split() or ["trade", "grading"]
    assert ("grading" in discover()) == ("grading" in chosen)
    site = databases.site(["trade"])
    assert ("grading" in command(site, "plugin", "list").stdout) == ("grading" in chosen)
    databases.drop(site)
"""
