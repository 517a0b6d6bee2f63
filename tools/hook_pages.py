"""Write docs/authors/hooks.md from the hook specifications; ``--check`` fails when it is out of date."""

from __future__ import annotations

import importlib
import inspect
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/authors/hooks.md"
MODULES = {
    "Kernel": "kezhi.hookspecs",
    "Builtin imports": "kezhi.builtin.imports.hookspecs",
    "Builtin approvals": "kezhi.builtin.approvals.hookspecs",
}
INTRODUCTION = """\
# Hooks

Generated from the specifications. A plugin implements a hook as a method marked `@hookimpl`; it names only the
arguments it uses. Results of a list hook are lists. The policy says what a failure does: *build* marks the plugin
broken, *view* drops the contribution, *guard* refuses, *tx* rolls back, *after* is contained. Hooks of a builtin are
implemented with `@hookimpl(optionalhook=True)`.
"""


def page() -> str:
    parts = [INTRODUCTION]
    for title, name in MODULES.items():
        parts.append(f"## {title}\n")
        module = importlib.import_module(name)
        for hook, function in vars(module).items():
            policy = getattr(function, "kezhi_policy", None)
            if policy is None:
                continue
            arguments = ", ".join(inspect.signature(function).parameters)
            text = inspect.cleandoc(function.__doc__ or "")
            parts.append(f"### `{hook}({arguments})` · {policy}\n\n{text}\n")
    return "\n".join(parts)


def main() -> int:
    text = page()
    if "--check" in sys.argv:
        return 0 if PAGE.exists() and PAGE.read_text() == text else 1
    PAGE.write_text(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
