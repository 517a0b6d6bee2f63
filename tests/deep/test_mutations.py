"""The tests of a clause notice when its rule is gone: a line of a copy is written otherwise, and one of them fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from kezhi.discover import discover
from kezhi.testing.clauses import marked_clauses

ROOT = Path(__file__).resolve().parents[2]
LISTED: list[dict[str, str]] = tomllib.loads(Path(__file__).with_name("mutations.toml").read_text())["mutation"]
#: these need a browser, servers or minutes; a rule has to be held by a test that is run every time
FAST = "not (browser or processes or faults or packaging or combinations or deep)"


def about(mutation: dict[str, str]) -> Any:
    """A parameter, marked with the plugin that the line stands in."""
    first, name, *_rest = mutation["file"].split("/")
    return pytest.param(
        mutation, id=mutation["clause"], marks=[pytest.mark.plugins(name)] if first == "plugins" else []
    )


MUTATIONS = [about(mutation) for mutation in LISTED]


def test_every_registered_clause_has_one_line_to_take_away(databases: Any) -> None:
    site = databases.site(name for name, candidate in discover().items() if not candidate.builtin)
    registered = {clause.id for _plugin, clause in site.app.extensions["kezhi"].clauses}
    databases.drop(site)
    listed = [mutation["clause"] for mutation in LISTED]
    assert registered - set(listed) == set()
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_the_line_stands_once_in_its_file(mutation: dict[str, str]) -> None:
    assert set(mutation) == {"clause", "file", "old", "new"}
    assert mutation["old"] != mutation["new"]
    assert "\n" not in mutation["old"] + mutation["new"]
    assert (ROOT / mutation["file"]).read_text(encoding="utf-8").count(mutation["old"]) == 1


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product and its tests in a folder of their own, where lines may be changed."""
    folder = tmp_path_factory.mktemp("copy")
    unwanted = shutil.ignore_patterns("__pycache__", "*.pyc", ".*_cache", ".hypothesis", "*.egg-info", "deep")
    for name in ("core", "plugins", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def run_tests(folder: Path, clause: str) -> tuple[int, str]:
    """The exit status and the output of the tests of one clause, run on the code in ``folder``."""
    tests = marked_clauses(folder / "tests", *sorted(folder.glob("plugins/*/tests")))[clause]
    files = sorted({test.partition("::")[0] for test in tests})
    sources = [str(folder / "core"), *map(str, sorted(folder.glob("plugins/*")))]
    # nothing compiled is kept: a change within the same second would not be seen
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sources), "PYTHONDONTWRITEBYTECODE": "1"}
    line = [sys.executable, "-m", "pytest", "-x", "-q", "--clause", clause, "-m", FAST, *files]
    done = subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.deep
@pytest.mark.timeout(900)
@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_rule_that_is_gone_is_missed(copy: Path, mutation: dict[str, str]) -> None:
    status, output = run_tests(copy, mutation["clause"])
    assert status == pytest.ExitCode.OK, output
    file = copy / mutation["file"]
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole.replace(mutation["old"], mutation["new"]), encoding="utf-8")
    try:
        status, output = run_tests(copy, mutation["clause"])
    finally:
        file.write_text(whole, encoding="utf-8")
    assert status == pytest.ExitCode.TESTS_FAILED, output
    last = output.strip().splitlines()[-1]
    assert " failed" in last, output
    assert " error" not in last, output
