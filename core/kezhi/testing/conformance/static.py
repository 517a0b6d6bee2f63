"""What can be read off the plugin's files: metadata, imports, templates, catalogues."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from ..catalogues import disagreements, shipped
from ..catalogues import problems as catalogue_problems
from .subject import Subject, builtins

#: libraries that are slow to import: inside functions only
HEAVY = ("alembic", "openpyxl", "xlsxwriter", "pypinyin", "typst", "phonenumbers", "holidays", "docxtpl", "pandas")
INLINE = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", re.IGNORECASE)

IMPORTED = """
import sys
from sqlalchemy import event
from kezhi.db import metadata
import kezhi.builtin.customers.models
before = set(metadata.tables)
registered = []
original = event.listen
event.listen = lambda *given, **options: registered.append(repr(given[0]))
import {package}.plugin
event.listen = original
made = sorted(set(metadata.tables) - before)
heavy = sorted(name for name in {heavy!r} if name in sys.modules)
print(repr((made, registered, heavy)))
"""


def check_metadata(subject: Subject) -> list[str]:
    """Names and versions agree between the distribution, its entry point and the manifest."""
    name, plugin, found = subject.name, subject.plugin, list[str]()
    if plugin.package != f"kezhi_{name}" and not subject.candidate.builtin:
        found.append(f"{name}: its package is called {plugin.package}: call it kezhi_{name}")
    if subject.candidate.distribution != f"kezhi-{name}" and not subject.candidate.builtin:
        found.append(f"{name}: its distribution is called {subject.candidate.distribution}: call it kezhi-{name}")
    if not str(plugin.title) or not plugin.depends.get("kezhi"):
        found.append(f"{name}: the manifest needs a title and depends = {{'kezhi': '>=…'}}")
    wanted = [Requirement(text) for text in subject.distribution.requires or [] if "extra ==" not in text]
    by_pip = {canonicalize_name(requirement.name) for requirement in wanted}
    for other, versions in plugin.depends.items():
        SpecifierSet(versions)
        needed = "kezhi" if other == "kezhi" or other in builtins() else f"kezhi-{other}"
        if by_pip and needed not in by_pip and not subject.candidate.builtin:
            found.append(f"{name}: depends names {other}: add {needed} to the dependencies in pyproject.toml")
    version = subject.project.get("version")
    if version and version != subject.candidate.version:
        found.append(
            f"{name}: pyproject.toml says {version}, installed is {subject.candidate.version}: install it anew"
        )
    return found


def check_imports(subject: Subject) -> list[str]:
    """Nothing of a plugin that is not declared is imported, and nothing private of the core."""
    allowed = {f"kezhi_{other}" for other in subject.plugin.depends} | {f"kezhi_{subject.name}"}
    found, package = [], subject.package
    for path in subject.sources():
        for line, module in _imported(path):
            top = module.split(".")[0]
            where = f"{subject.name}: {path.relative_to(package)}:{line}"
            if top.startswith("kezhi_") and top not in allowed:
                other = top.removeprefix("kezhi_")
                found.append(f"{where} imports {module}: declare {other!r} in depends, or ask by a hook")
            if top == "kezhi" and any(part.startswith("_") and part not in ("_", "_l") for part in module.split(".")):
                found.append(f"{where} imports {module}: names with _ are private, use what kezhi offers")
            if module.startswith(("kezhi.testing", "kezhi.scaffold")):
                found.append(f"{where} imports {module}: the test kit is for tests only")
    return found


def _imported(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def check_no_side_effects(subject: Subject) -> list[str]:
    """Importing the plugin makes no tables, no listeners, and loads no heavy library."""
    code = IMPORTED.format(package=subject.plugin.package, heavy=HEAVY)
    line = [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}\n{code}"]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        return [f"{subject.name}: cannot be imported by itself: {done.stderr.strip().splitlines()[-1]}"]
    tables, listeners, heavy = ast.literal_eval(done.stdout)
    mend = "import it inside the hook that needs it"
    found = [f"{subject.name}: importing plugin.py makes the table {table}: {mend}" for table in tables]
    found += [
        f"{subject.name}: importing plugin.py listens on {target}: use the hook after_change" for target in listeners
    ]
    return found + [f"{subject.name}: importing plugin.py loads {library}: {mend}" for library in heavy]


def check_templates(subject: Subject) -> list[str]:
    """Templates lie in a folder of the plugin's name and hold no style or script of their own."""
    found, folder = [], subject.package / "templates"
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        if not path.is_file():
            continue
        inside = path.relative_to(folder)
        if inside.parts[0] != subject.name:
            found.append(f"{subject.name}: templates/{inside} lies outside templates/{subject.name}/: move it there")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if INLINE.search(line):
                found.append(
                    f"{subject.name}: templates/{inside}:{number} holds style or script, which the security policy "
                    "blocks: use the kz- classes, or a file in static/"
                )
    return found


def check_catalogues(subject: Subject) -> list[str]:
    """Every text is translated into Chinese, with the same placeholders, as the core translates it, and compiled."""
    mend = "complete the catalogue in translations/"
    found = [f"{subject.name}: {text}: {mend}" for text in catalogue_problems(subject.package)]
    packages = dict.fromkeys([*shipped(), subject.package])
    found += [f"{subject.name}: {text}" for text in disagreements(packages, [subject.package])]
    for source in subject.package.rglob("messages.po"):
        if not source.with_suffix(".mo").exists():
            found.append(f"{subject.name}: {source.name} is not compiled: pybabel compile, or build the distribution")
    return found


CHECKS = [check_metadata, check_imports, check_no_side_effects, check_templates, check_catalogues]
