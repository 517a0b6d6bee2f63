"""Clauses: what is registered has a test, what is marked is registered, and one can ask for either."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kezhi import Clause
from kezhi.discover import discover
from kezhi.testing.clauses import CLAUSE_ID, marked_clauses, report
from kezhi.testing.databases import command

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [ROOT / "tests", *sorted(ROOT.glob("plugins/*/tests"))]


@pytest.fixture
def registered(databases: Any) -> Any:
    """``(plugin, clause)`` of every installed plugin, all of them enabled."""
    site = databases.site(name for name, candidate in discover().items() if not candidate.builtin)
    yield site.app.extensions["kezhi"].clauses
    databases.drop(site)


def test_every_registered_clause_has_a_test(registered: Any) -> None:
    rows = report(registered, marked_clauses(*FOLDERS))
    assert len(rows) > 10
    assert [row.id for row in rows if not row.tests] == []


@pytest.mark.plugins("trade", "grading")
def test_every_marked_clause_is_registered(registered: Any) -> None:
    ours = {clause.id for _plugin, clause in registered}
    assert {key: tests for key, tests in marked_clauses(*FOLDERS).items() if key not in ours} == {}


def test_a_clause_has_one_id_and_one_title(registered: Any, site: Any) -> None:
    seen: dict[str, Clause] = {}
    with site.app.app_context():
        for _plugin, clause in registered:
            assert CLAUSE_ID.fullmatch(clause.id), clause.id
            first = seen.setdefault(clause.id, clause)
            assert (str(first.title), first.ours) == (str(clause.title), clause.ours), clause.id


@pytest.mark.plugins("trade")
def test_the_command_lists_the_clauses_of_enabled_plugins(site: Any, tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("@pytest.mark.clause('TRD-01')\ndef test_an_order(): ...\n")
    done = command(site, "clauses", "--json", "--tests", str(tmp_path))
    assert done.returncode == 0, done.stderr
    rows = {row["id"]: row for row in json.loads(done.stdout)}
    assert rows["TRD-01"]["tests"] == [f"{tmp_path}/test_one.py::test_an_order"]
    assert (rows["TRD-01"]["plugins"], rows["TRD-01"]["ours"], rows["APR-02"]["ours"]) == (["trade"], False, True)
    assert rows["TRD-02"]["tests"] == []
    assert "GRD-07" not in rows

    text = command(site, "clauses", "--tests", str(tmp_path), KEZHI_LANGUAGE="zh").stdout
    assert "本人的申请不得自签" in text
    last = text.splitlines()[-1]
    assert "TRD-02" in last
    assert "TRD-01" not in last


def test_marks_of_functions_classes_and_modules_are_found(tmp_path: Path) -> None:
    (tmp_path / "test_marks.py").write_text("""
import pytest
pytestmark = [pytest.mark.services, pytest.mark.clause("CUS-01")]

@pytest.mark.clause("CUS-02", "CUS-04")
def test_function(): ...

@pytest.mark.clause("CUS-05")
class TestClass:
    @pytest.mark.clause("CUS-01")
    def test_method(self): ...
    def helper(self): ...
""")
    file = f"{tmp_path}/test_marks.py"
    assert marked_clauses(tmp_path) == {
        "CUS-01": [f"{file}::test_function", f"{file}::TestClass::test_method"],
        "CUS-02": [f"{file}::test_function"],
        "CUS-04": [f"{file}::test_function"],
        "CUS-05": [f"{file}::TestClass::test_method"],
    }


MARKED = """
import pytest

@pytest.mark.clause("GRD-07")
def test_wanted(): ...

@pytest.mark.clause("GRD-06")
def test_other(): raise AssertionError

def test_unmarked(): raise AssertionError
"""


def pytest_on(folder: Path, text: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest with the kit on one file of its own."""
    (folder / "test_own.py").write_text(text)
    arguments = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    return subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)


def test_pytest_runs_the_tests_of_one_clause(tmp_path: Path) -> None:
    done = pytest_on(tmp_path, MARKED, "--clause", "GRD-07")
    assert (done.returncode, "1 passed, 2 deselected" in done.stdout) == (0, True)
    none = pytest_on(tmp_path, MARKED, "--clause", "GRD-08")
    assert none.returncode == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_test_names_at_most_three_clauses(tmp_path: Path) -> None:
    done = pytest_on(tmp_path, MARKED.replace('"GRD-07"', '"GRD-01", "GRD-02", "GRD-06", "GRD-07"'))
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "test_wanted: a test names at most three clauses" in done.stdout + done.stderr
