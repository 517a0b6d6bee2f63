"""Tests build an app each; what werkzeug compiles for every rule of its map is compiled once per process.

It writes a function that builds the rule's addresses, from nothing but the rule's text: two thirds of the time that an
app takes to build. The functions get the rule as an argument and keep nothing, so that apps can share them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


def share_compiled_rules() -> None:
    """From now on rules of the same text share their functions. Without werkzeug's method nothing is changed."""
    compiling: Any = getattr(Rule, "_compile_builder", None)
    if compiling is None or hasattr(compiling, "kept"):
        return
    kept: dict[Any, Builder] = {}

    def compiled(rule: Any, append_unknown: bool = True) -> Builder:
        if rule.defaults:
            return compiling(rule, append_unknown)  # type: ignore[no-any-return]
        key = rule.rule, tuple(rule._trace), append_unknown
        if key not in kept:
            kept[key] = compiling(rule, append_unknown)
        return kept[key]

    compiled.kept = kept  # type: ignore[attr-defined]
    Rule._compile_builder = compiled  # type: ignore[method-assign, assignment]
