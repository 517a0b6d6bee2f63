"""The kernel stays thin and knows no customer, approval or policy."""

from __future__ import annotations

import ast
import configparser
import tomllib
from pathlib import Path

import pytest

from kezhi.discover import discover
from kezhi.site import Site

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "core/kezhi"
#: every bundled plugin, marked with its name
PLUGINS = [
    pytest.param(path.parent.name, marks=pytest.mark.plugins(path.parent.name))
    for path in sorted(ROOT.glob("plugins/*/pyproject.toml"))
]
OUTSIDE = {"builtin", "testing", "scaffold"}
WIRING = {"cli"}  # commands may name builtins; what serves pages may not


def kernel_modules() -> list[Path]:
    return [
        path
        for path in CORE.rglob("*.py")
        if path.relative_to(CORE).parts[0] not in OUTSIDE | {"migrations"} and path.name != "__init__.py"
    ]


def code_lines(path: Path) -> int:
    """Lines that hold code: no blanks, comments or docstrings."""
    text = path.read_text()
    documentation: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            documentation.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = enumerate(text.splitlines(), start=1)
    return sum(1 for number, line in lines if line.strip() and line.strip()[0] != "#" and number not in documentation)


def test_the_kernel_is_small() -> None:
    lines = sum(code_lines(path) for path in kernel_modules())
    assert lines <= 4100, f"{lines} lines of code"


def test_every_kernel_module_is_held_by_the_import_contract() -> None:
    contract = configparser.ConfigParser()
    contract.read(ROOT / ".importlinter")
    listed = set(contract["importlinter:contract:kernel"]["source_modules"].split())
    top = {f"kezhi.{path.relative_to(CORE).parts[0].removesuffix('.py')}" for path in kernel_modules()}
    assert top - {f"kezhi.{name}" for name in WIRING} == listed


def test_the_kernel_names_no_customer_table() -> None:
    for path in kernel_modules():
        if path.stem in WIRING:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not node.value.startswith(("customers_", "approvals_", "imports_")), f"{path}: {node.value}"


def test_kernel_accounts_and_apps_alone_start_and_work(site: Site) -> None:
    app = site.build(["accounts", "apps"], site.generation, discover())
    client = app.test_client()
    assert client.get("/health").json["status"] == "ok"
    assert client.get("/login").status_code == 200
    assert client.get("/customers").status_code == 404
    assert sorted(app.extensions["kezhi"].plugins) == ["accounts", "apps"]


def test_no_module_is_a_heap() -> None:
    for folder in (CORE, ROOT / "plugins"):
        for path in folder.rglob("*.py"):
            lines = len(path.read_text().splitlines())
            assert lines <= 400, f"{path.relative_to(ROOT)}: {lines} lines"


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_plugins_metadata_and_manifest_agree(plugin: str) -> None:
    project = tomllib.loads((ROOT / f"plugins/{plugin}/pyproject.toml").read_text())["project"]
    candidate = discover()[plugin]
    assert candidate.plugin is not None
    assert project["name"] == candidate.distribution == f"kezhi-{plugin}"
    assert project["entry-points"]["kezhi.plugins"] == {plugin: f"kezhi_{plugin}.plugin:{plugin.title()}"}
    assert any(line.startswith("kezhi>=") for line in project["dependencies"])
