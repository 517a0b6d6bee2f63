"""Run the tests in stages and end with one line over all of them: ``N passed, M skipped in S s``.

``check``: lint, types, import contracts, catalogues and the fast tests. ``all``: everything but the deep tests.
``deep``: everything. ``KEZHI_TEST_PLUGINS`` names the plugins to test with, empty means all. A failing stage does not
hide the later ones.
"""

from __future__ import annotations

import compileall
import json
import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from kezhi.testing.chosen import choose
from kezhi.testing.databases import share
from kezhi.testing.plugin import MARKED

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
RESULTS = ROOT / "test-results"
INI = str(ROOT / "pyproject.toml")
MARKS = RESULTS / "marks.json"
#: each process takes its half as it stands, so that what a file's tests share is made once, and helps with the other's
TWO = ("-n2", "--dist=worksteal")
FAST = "not browser and not processes and not faults and not packaging and not combinations and not deep"


@dataclass
class Total:
    """What all stages add up to."""

    passed: int = 0
    skipped: int = 0
    failed: int = 0
    notes: list[str] = field(default_factory=list)


def command(title: str, *arguments: str, total: Total) -> None:
    """Run a tool; it counts as one test."""
    started = time.monotonic()
    code = subprocess.run(arguments, cwd=ROOT, check=False).returncode
    print(f"── {title}: {'ok' if code == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s", flush=True)
    total.passed += code == 0
    total.failed += code != 0


def pytest(title: str, *arguments: str, total: Total) -> None:
    """Run a part of the tests and add up its result."""
    RESULTS.mkdir(exist_ok=True)
    report = RESULTS / f"{title.replace(' ', '-')}.xml"
    report.unlink(missing_ok=True)
    started = time.monotonic()
    code = subprocess.run(
        [str(BIN / "pytest"), "-q", "--no-header", f"--rootdir={ROOT}", "-c", INI, f"--junitxml={report}", *arguments],
        cwd=ROOT,
        check=False,
    ).returncode
    if report.exists():
        suite = next(ElementTree.parse(report).getroot().iter("testsuite"))  # noqa: S314 - our own file
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        total.passed += int(suite.get("tests", 0)) - failed - skipped
        total.skipped += skipped
        total.failed += failed
    if code not in (0, 1, 5) or not report.exists():
        total.failed += 1
    print(f"── {title}: exit {code} in {time.monotonic() - started:.0f} s", flush=True)


def lint(hidden: tuple[str, ...], total: Total) -> None:
    plugins = [path.parent for path in sorted(ROOT.glob("plugins/*/kezhi_*/plugin.py"))]
    packages = [package for package in plugins if package.parent.name not in hidden]
    modules = [argument for package in packages for argument in ("-p", package.name)]
    timed = [] if {"trade", "grading"} & {*hidden} else ["-p", "bench"]  # the bench fills the tables of both
    with ThreadPoolExecutor(1) as beside:
        types = Total()
        mypy = beside.submit(command, "mypy", str(BIN / "mypy"), "-p", "kezhi", *modules, *timed, total=types)
        _lint_the_rest(total)
        mypy.result()
    total.passed += types.passed
    total.failed += types.failed


def _lint_the_rest(total: Total) -> None:
    command("ruff", str(BIN / "ruff"), "check", "--quiet", ".", total=total)
    command("format", str(BIN / "ruff"), "format", "--check", "--quiet", ".", total=total)
    command("import contracts", str(BIN / "lint-imports"), "--no-cache", total=total)
    command("catalogues", sys.executable, "tools/catalogues.py", "check", total=total)


def versions() -> None:
    """Name what the tests run on."""
    from kezhi.testing.databases import Databases

    names = []
    for kind in ("sqlite", "postgresql"):
        made = Databases(kind)
        names.append(made.version())
        made.close()
    chromium = shutil.which("chromium")
    if chromium:
        text = subprocess.run(
            [chromium, "--version", "--no-sandbox"], capture_output=True, text=True, check=False
        ).stdout
        names.append(text.strip())
    else:
        names.append("no Chromium: the browser tests are skipped (make browser installs it)")
    print("Python", sys.version.split()[0], "·", " · ".join(names), flush=True)


def files_of(*marks: str) -> list[str]:
    """The files that hold tests with any of the marks, by what the first stage found when it read all of them."""
    if not MARKS.exists():
        return []
    found = json.loads(MARKS.read_text())
    return sorted({path for mark in marks for path in found.get(mark, ())})


def stages(deep_too: bool, total: Total) -> None:
    """The tests of everything. The first stage reads all files, the others only those that hold tests for them."""
    deep, on_postgresql = "" if deep_too else " and not deep", "--database=postgresql"
    MARKS.unlink(missing_ok=True)
    os.environ[MARKED] = str(MARKS)
    pytest("sqlite", *TWO, "-m", FAST, total=total)
    del os.environ[MARKED]
    pytest("postgresql", *TWO, "-m", f"services and {FAST}", on_postgresql, *files_of("services"), total=total)
    killing = files_of("faults", "processes")
    title, chosen = "faults and processes", f"(faults or processes){deep}"
    pytest(title, *TWO, "-m", chosen, *killing, total=total)
    pytest(f"{title} postgresql", *TWO, "-m", f"{chosen} and services", on_postgresql, *killing, total=total)
    pytest("combinations", *TWO, "-m", "combinations", *files_of("combinations"), total=total)
    pages = files_of("browser")
    pytest("browser", *TWO, "-m", f"browser{deep}", *pages, total=total)
    walk = ["-m", "browser", "-k", "test_the_main_job and zh", on_postgresql]
    pytest("browser postgresql", *walk, *pages, total=total)
    pytest("packaging", "-n2", "--dist=loadfile", "-m", f"packaging{deep}", *files_of("packaging"), total=total)
    if deep_too:
        pytest("deep", "-m", "deep", *files_of("deep"), total=total)
        pytest("deep postgresql", "-m", "deep and services", on_postgresql, *files_of("deep"), total=total)


def main() -> int:
    wanted = sys.argv[1] if len(sys.argv) > 1 else "all"
    started, total = time.monotonic(), Total()
    os.environ.setdefault("PYTHONWARNINGS", "ignore::DeprecationWarning")
    try:
        hidden = choose(ROOT)
    except LookupError as error:
        print(error.args[0], file=sys.stderr)
        return 2
    # hundreds of processes would compile the same files, and the assertions of all tests, each for itself
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for folder in (ROOT / "core", ROOT / "plugins", ROOT / "bench"):
        compileall.compile_dir(folder, quiet=2)
    lint(hidden, total)
    if wanted == "check":
        pytest("fast", *TWO, "-m", FAST, total=total)
    else:
        versions()
        with share():
            stages(wanted == "deep", total)
    failed = f"{total.failed} failed, " if total.failed else ""
    print(f"{failed}{total.passed} passed, {total.skipped} skipped in {time.monotonic() - started:.0f} s")
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    raise SystemExit(main())
