"""Which clauses have tests: the ``clause`` marks of test files are read without running them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..contributions import Clause

CLAUSE_ID = re.compile(r"[A-Z]{3}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class ClauseReport:
    """One clause, the plugins that register it, and the tests marked with it."""

    id: str
    title: str
    ours: bool
    plugins: tuple[str, ...]
    tests: tuple[str, ...]


def report(registered: Iterable[tuple[str, Clause]], marked: Mapping[str, list[str]]) -> list[ClauseReport]:
    """The registered clauses by id, in the present language, with their tests (see :func:`marked_clauses`)."""
    owners: dict[str, list[str]] = {}
    clauses: dict[str, Clause] = {}
    for plugin, clause in registered:
        owners.setdefault(clause.id, []).append(plugin)
        clauses.setdefault(clause.id, clause)
    return [
        ClauseReport(key, str(clause.title), clause.ours, tuple(owners[key]), tuple(marked.get(key, ())))
        for key, clause in sorted(clauses.items())
    ]


def marked_clauses(*folders: Path) -> dict[str, list[str]]:
    """The ids of the tests below ``folders`` by the clauses they are marked with, as pytest takes them."""
    found: dict[str, list[str]] = {}
    for folder in folders:
        for path in sorted(folder.rglob("test_*.py")):
            for test, clause in _marks(ast.parse(path.read_text(encoding="utf-8"))):
                found.setdefault(clause, []).append(f"{path.as_posix()}::{test}")
    return found


def _marks(module: ast.Module) -> Iterator[tuple[str, str]]:
    """Pairs of test and clause: marks of the function, of its class and of the module."""
    common = _module_marks(module)
    for node in module.body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            around = [*common, *_clauses(node.decorator_list)]
            tests = [(f"{node.name}::{test.name}", test) for test in node.body if isinstance(test, ast.FunctionDef)]
        elif isinstance(node, ast.FunctionDef):
            around, tests = common, [(node.name, node)]
        else:
            continue
        for name, test in tests:
            if test.name.startswith("test"):
                yield from ((name, clause) for clause in dict.fromkeys([*around, *_clauses(test.decorator_list)]))


def _module_marks(module: ast.Module) -> list[str]:
    found: list[str] = []
    for node in module.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets):
            found += _clauses(node.value.elts if isinstance(node.value, (ast.List, ast.Tuple)) else [node.value])
    return found


def _clauses(marks: Iterable[ast.expr]) -> list[str]:
    """The arguments of ``pytest.mark.clause(…)`` among decorators."""
    return [
        argument.value
        for mark in marks
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.func.attr == "clause"
        for argument in mark.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]
