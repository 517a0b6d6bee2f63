"""Write the hook pages, docs/authors/hooks.md and docs/authors/hooks/*.md, from specifications, examples and code.

``--check`` fails when one is out of date.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
AUTHORS = ROOT / "docs/authors"
INDEX = AUTHORS / "hooks.md"
PAGES = AUTHORS / "hooks"
EXAMPLES = AUTHORS / "examples"
#: where specifications stand: title, module
MODULES = {
    "Kernel": "kezhi.hookspecs",
    "Builtin imports": "kezhi.builtin.imports.hookspecs",
    "Builtin approvals": "kezhi.builtin.approvals.hookspecs",
    "Builtin lists": "kezhi.builtin.lists.hookspecs",
    "Builtin search": "kezhi.builtin.search.hookspecs",
    "Builtin files": "kezhi.builtin.files.hookspecs",
    "Builtin documents": "kezhi.builtin.documents.hookspecs",
    "Builtin timeline": "kezhi.builtin.timeline.hookspecs",
    "Builtin tasks": "kezhi.builtin.tasks.hookspecs",
    "Builtin policy": "kezhi.builtin.policy.hookspecs",
    "Builtin protection": "kezhi.builtin.protection.hookspecs",
    "Builtin customers": "kezhi.builtin.customers.hookspecs",
    "Builtin hand-over": "kezhi.builtin.handover.hookspecs",
    "Builtin cards": "kezhi.builtin.cards.hookspecs",
    "Builtin destruction": "kezhi.builtin.destruction.hookspecs",
    "App credit": "kezhi_credit.hookspecs",
    "App grading": "kezhi_grading.hookspecs",
    "App complaints": "kezhi_complaints.hookspecs",
}
#: below this line an example shows what it does; above it is the plugin
MARK = "# ── what it does"
PARTS = ("What", "Arguments", "Returns", "Called by", "On error")
POLICIES = {
    "build": "Asked once, when the app is built. A failure marks the plugin broken: it is named on the Apps page, and "
    "the app is built without it.",
    "view": "Asked by requests. A failure drops this contribution, is logged, and is named on the Apps page; the rest "
    "of the plugin works.",
    "guard": "Decides access, and fails closed: a failure refuses.",
    "tx": "Called inside the caller's transaction. A failure rolls everything back and reaches the caller, so the "
    "plugin may veto with `Refused`.",
    "after": "Called after the commit. A failure is logged and contained.",
}
INTRODUCTION = """\
# Hooks

Generated from the specifications by `tools/hook_pages.py`; one page per hook, each with an example that the tests
execute. A plugin implements a hook as a method marked `@hookimpl`; it names only the arguments it uses, so a hook can
get more of them later. List hooks answer lists, in plugin order. Hooks of a builtin or of a bundled app are implemented
with `@hookimpl(optionalhook=True)`: without it nobody calls them. Some hooks of an app are *asked* by others, answered
by the app itself: `current_app.extensions["kezhi"].call.<hook>(…)`, where the app is among `.plugins`.

The *policy* says when a hook is called and what a failure does:

| policy | meaning |
|---|---|
"""
EXPLANATION = (
    "The tests install this plugin, enable it on a running site, call `check`, disable it, and call `gone`. "
    "Arguments are what the [test kit](../testing.md) gives; `customer` is the id of a customer, K001 Hengda Steel "
    "in 上海; `command` runs the command line."
)


@dataclass(frozen=True)
class Hook:
    """A hook as its specification tells it."""

    name: str
    group: str
    module: str
    policy: str
    first: bool
    parts: dict[str, str]
    source: str  #: the signature as written

    @property
    def app(self) -> str:
        """The bundled app that declares it; empty for the core's hooks."""
        return self.module.partition(".")[0].removeprefix("kezhi_") if self.module.startswith("kezhi_") else ""

    @property
    def asked(self) -> bool:
        """Whether the app that declares it answers it, for others to ask."""
        return self.app != "" and self.app in users().get(self.name, [])


@cache
def hooks() -> list[Hook]:
    """All hooks of the core and of the bundled apps, in the order of their specifications."""
    found = []
    for group, name in MODULES.items():
        for hook, function in vars(importlib.import_module(name)).items():
            if hasattr(function, "kezhi_policy"):
                options = function.kezhi_spec
                found.append(
                    Hook(hook, group, name, function.kezhi_policy, bool(options.get("firstresult")),
                         parts_of(function), signature(function))
                )  # fmt: skip
    return found


def parts_of(function: Callable[..., Any]) -> dict[str, str]:
    """The docstring by its headings."""
    text = " ".join(inspect.cleandoc(function.__doc__ or "").split())
    pieces = re.split(rf"(?:^|(?<= ))({'|'.join(PARTS)}): ", text)[1:]
    return {title: polished(part) for title, part in zip(pieces[::2], pieces[1::2], strict=True)}


def polished(text: str) -> str:
    """One sentence in Markdown."""
    text = text.strip().replace("``", "`")
    return text[:1].upper() + text[1:]


def signature(function: Callable[..., Any]) -> str:
    """The method that a plugin writes."""
    given = inspect.signature(function)
    arguments = ", ".join(["self", *(f"{name}: {p.annotation}" for name, p in given.parameters.items())])
    return f"def {function.__name__}({arguments}) -> {given.return_annotation}:"


# ── the code ────────────────────────────────────────────────────────────────────────────────────────────────────


def sources() -> Iterator[Path]:
    """The modules of the core and of the bundled plugins."""
    for folder in ("core/kezhi", "plugins"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not {"tests", "migrations", "template"} & set(path.parts):
                yield path


@cache
def users() -> dict[str, list[str]]:
    """Per hook the builtins and bundled plugins with a method of that name marked ``@hookimpl``."""
    found: dict[str, list[str]] = {}
    for path in sources():
        if path.name != "plugin.py" or path.parent == ROOT / "core/kezhi":
            continue
        name = path.parent.name.removeprefix("kezhi_")
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and any("hookimpl" in ast.dump(mark) for mark in node.decorator_list):
                found.setdefault(node.name, []).append(name)
    return found


@cache
def callers() -> dict[str, list[str]]:
    """Per hook the modules of the core, or of the bundled apps, that call it."""
    found: dict[str, list[str]] = {}
    for path in sources():
        if path.name == "hookspecs.py" or "testing" in path.parts:
            continue
        text = path.read_text()
        for name in re.findall(r"\b(?:call|attributed)\.(\w+)\(", text) + re.findall(r'getattr\(plugin, "(\w+)"', text):
            place = str(Path(*path.relative_to(ROOT).parts[1 if "core" in path.relative_to(ROOT).parts else 2 :]))
            if place not in found.setdefault(name, []):
                found[name].append(place)
    return found


def example_files(hook: str) -> dict[str, str]:
    """The example of a hook: ``plugin.py`` first, then what stands beside it."""
    files = {"plugin.py": (EXAMPLES / f"{hook}.py").read_text()}
    folder = EXAMPLES / hook
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            files[str(path.relative_to(folder))] = path.read_text()
    return files


# ── the pages ───────────────────────────────────────────────────────────────────────────────────────────────────


def pages() -> dict[Path, str]:
    """Every page with its text."""
    return {INDEX: index(), **{PAGES / f"{hook.name}.md": page(hook) for hook in hooks()}}


def index() -> str:
    rows = [f"| *{policy}* | {meaning} |" for policy, meaning in POLICIES.items()]
    parts = [INTRODUCTION + "\n".join(rows) + "\n"]
    for group in MODULES:
        parts.append(f"## {group}\n\n| hook | policy | what |\n|---|---|---|")
        for hook in hooks():
            if hook.group == group:
                parts[-1] += f"\n| [`{hook.name}`](hooks/{hook.name}.md) | {hook.policy} | {hook.parts['What']} |"
        parts[-1] += "\n"
    return "\n".join(parts)


def page(hook: Hook) -> str:
    decorator = "@hookimpl" if hook.group == "Kernel" else "@hookimpl(optionalhook=True)"
    code = question(hook) if hook.asked else f"{decorator}\n{hook.source}"
    rows = [f"**{title}.** {hook.parts[title]}" for title in PARTS if title in hook.parts]
    if hook.first:
        rows.append("**First answer.** Plugins are asked in their order; the first answer that is not None counts.")
    used = ", ".join(f"`{name}`" for name in users().get(hook.name, [])) or "no bundled plugin"
    parts = [
        f"# `{hook.name}`",
        f"```python\n{code}\n```",
        *rows,
        f"**Policy: {hook.policy}.** {POLICIES[hook.policy]}",
        f"Specified in `{hook.module}`; {called(hook)}{used}.",
        "## Example",
    ]
    files = example_files(hook.name)
    plugin, _mark, shown = files.pop("plugin.py").partition(MARK)
    parts.append(block("kezhi_example/plugin.py", plugin))
    parts += [block(f"kezhi_example/{path}", text) for path, text in files.items()]
    parts += ["## What it does", EXPLANATION, fenced("python", shown.partition("\n")[2])]
    parts.append(f"All hooks: [index](../hooks.md). The example: [{hook.name}.py](../examples/{hook.name}.py).")
    return "\n\n".join(parts) + "\n"


def question(hook: Hook) -> str:
    """How a hook is asked."""
    names = re.findall(r"(\w+): ", hook.source.partition("(")[2].rpartition(") ->")[0])
    given = ", ".join(f"{name}={name}" for name in names)
    answer = "answer = " if "Returns" in hook.parts else ""
    return f'{answer}current_app.extensions["kezhi"].call.{hook.name}({given})'


def called(hook: Hook) -> str:
    places = ", ".join(f"`{place}`" for place in callers().get(hook.name, []))
    if hook.asked:
        return f"{f'asked in {places}; ' if places else 'for any app to ask; '}answered by "
    return f"called in {places}; used by "


def block(path: str, text: str) -> str:
    language = "python" if path.endswith(".py") else "jinja"
    return f"**`{path}`**\n\n{fenced(language, text)}"


def fenced(language: str, text: str) -> str:
    return f"```{language}\n{text.strip()}\n```"


def main() -> int:
    wanted = pages()
    stray = set(PAGES.glob("*.md")) - set(wanted)
    if "--check" in sys.argv:
        return 1 if stray or any(not path.exists() or path.read_text() != text for path, text in wanted.items()) else 0
    PAGES.mkdir(exist_ok=True)
    for path in stray:
        path.unlink()
    for path, text in wanted.items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
