"""The recipes work: their plugins are installed and enabled as they stand there, and their tests are run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "docs/authors/howto"
RECIPES = sorted(FOLDER.glob("*.md"))
FILE = re.compile(r"^\*\*`([^`]+)`\*\*\n\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LONGEST = 115


@pytest.mark.services
@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_the_recipe_works_and_can_be_taken_away(workshop: Any, recipe: Path) -> None:
    files = dict(FILE.findall(recipe.read_text()))
    names = workshop.install(files)
    assert names
    for name in names:
        workshop.enable(name)
    ran = 0
    for path, text in files.items():
        if path.startswith("tests/"):
            module: dict[str, Any] = {"__name__": path}
            exec(compile(text, f"{recipe.name}:{path}", "exec"), module)  # noqa: S102 - the page's own test
            for function in [value for name, value in module.items() if name.startswith("test_")]:
                workshop.call(function)
                ran += 1
    assert ran
    for name in reversed(names):
        workshop.disable(name)
    workshop.call(lambda client_as: client_as("administrator").get("/customers").text.index("</html>"))


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_is_short(recipe: Path) -> None:
    assert len(recipe.read_text().splitlines()) <= LONGEST


def test_a_list_page_with_filters_views_export_board_and_calendar_takes_its_author_under_40_lines() -> None:
    files = dict(FILE.findall((FOLDER / "list-page.md").read_text()))
    views = files["kezhi_visits/views.py"]
    assert all(part in views for part in ("Board(", "Calendar(", "export_permission="))
    assert views.count("filter=Filter(") >= 3
    assert len([line for line in views.splitlines() if line.strip()]) < 40
