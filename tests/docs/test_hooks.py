"""Every hook is documented, called, used twice, and its example does what its page says."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOL = runpy.run_path(str(ROOT / "tools/hook_pages.py"))
HOOKS: dict[str, Any] = {hook.name: hook for hook in TOOL["hooks"]()}
#: Hooks whose second user, a builtin or a bundled plugin, is still missing: their example is the only one.
EXAMPLE_ONLY: set[str] = set()


def example_of(hook: str) -> Any:
    """A parameter, marked with the bundled plugins that the example enables."""
    enabled = re.findall(r'enable\(site, "(\w+)"\)', "".join(TOOL["example_files"](hook).values()))
    enabled += [HOOKS[hook].app] if HOOKS[hook].app else []
    return pytest.param(hook, marks=pytest.mark.plugins(*enabled))


@pytest.mark.services
@pytest.mark.parametrize("hook", [example_of(hook) for hook in HOOKS])
def test_the_example_works_and_can_be_taken_away(workshop: Any, hook: str) -> None:
    files = {f"kezhi_example/{path}": text for path, text in TOOL["example_files"](hook).items()}
    assert workshop.install(files) == ["example"]
    workshop.enable("example")
    module = sys.modules["kezhi_example.plugin"]
    assert f"call.{hook}(" in files["kezhi_example/plugin.py"] if HOOKS[hook].asked else hasattr(module.Example, hook)
    workshop.call(module.check)
    workshop.disable("example")
    assert "example" not in workshop.site.app.extensions["kezhi"].plugins
    workshop.call(module.gone)


def test_every_page_is_what_specification_example_and_code_say() -> None:
    wanted = TOOL["pages"]()
    assert [path.name for path, text in wanted.items() if not path.exists() or path.read_text() != text] == [], (
        "run tools/hook_pages.py"
    )
    assert sorted((ROOT / "docs/authors/hooks").iterdir()) == sorted(set(wanted) - {TOOL["INDEX"]})
    examples = {path.stem for path in (ROOT / "docs/authors/examples").iterdir()}
    assert examples == set(HOOKS), "an example per hook, and none for a hook that is gone"


@pytest.mark.parametrize("hook", HOOKS)
def test_the_specification_says_what_it_is_for_what_it_answers_who_asks_and_what_a_failure_does(hook: str) -> None:
    parts = HOOKS[hook].parts
    answers = {"Returns"} if "-> None:" not in HOOKS[hook].source else set()
    assert {"What", "Called by", "On error"} | answers <= set(parts)
    assert HOOKS[hook].policy in TOOL["POLICIES"]


def test_every_hook_has_a_caller_and_two_users() -> None:
    asked = {hook for hook in HOOKS if HOOKS[hook].asked}  # their examples ask, as other apps do
    assert [hook for hook in HOOKS if not TOOL["callers"]().get(hook) and hook not in asked] == [], "nobody calls them"
    assert {hook for hook in HOOKS if not TOOL["users"]().get(hook)} == EXAMPLE_ONLY, (
        "hooks without a builtin or bundled plugin beside their example"
    )
