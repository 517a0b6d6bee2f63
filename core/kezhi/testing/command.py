"""``kezhi plugin check``: whether an app is made right, from one command and without a company."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from ..errors import Refused

#: the test that is run for a plugin that has none of its own
TEST = """\
from kezhi.testing.conformance import conformance_of

globals().update(conformance_of({name!r}))
"""


@click.command("check")
@click.argument("name", metavar="NAME|FOLDER")
@click.option("--json", "as_json", is_flag=True)
def check_command(name: str, as_json: bool) -> None:
    """Check that an app is made right, by the name of an installed one or from its folder.

    Exit 1 says what is not and how to mend it.
    """
    try:
        import pytest  # noqa: F401
    except ImportError:
        raise Refused("the checks are run by pytest: install kezhi[test]") from None
    with tempfile.TemporaryDirectory(prefix="kezhi-folder-") as shelf:
        if os.sep in name or Path(name, "pyproject.toml").is_file():
            name = _from_folder(Path(name), Path(shelf))
        _check(name, as_json)


def _from_folder(folder: Path, shelf: Path) -> str:
    """Let this process and the tests see the app in ``folder`` as if it were installed; its name."""
    from ..scaffold.live import compile_catalogues, expose, read_source

    source = read_source(folder)
    if len(source.plugins) != 1:
        raise Refused(f"{folder} holds {len(source.plugins)} apps: install it and check each by its name")
    compile_catalogues(source.folder)
    expose(source, shelf)
    return next(iter(source.plugins))


def _check(name: str, as_json: bool) -> None:
    from ..discover import discover

    candidate = discover().get(name)
    if candidate is None:
        raise Refused(f"no app {name!r} is installed: pip install it, or give the folder that holds its pyproject.toml")
    if candidate.plugin is None:
        raise Refused(f"the app {name!r} cannot be imported: {candidate.error}")
    problems = run_checks(name, own_test(candidate.plugin.package))
    if as_json:
        click.echo(json.dumps({"plugin": name, "problems": problems}, ensure_ascii=False, indent=2))
    else:
        for check, text in problems.items():
            click.echo(f"{check}:\n  " + text.replace("\n", "\n  "), err=True)
        click.echo(f"{name} is made right" if not problems else f"{len(problems)} checks have something to say")
    if problems:
        sys.exit(1)


def own_test(package: str) -> Path | None:
    """The plugin's own conformance test, which knows how to make its records."""
    import importlib

    file = importlib.import_module(package).__file__
    tests = Path(file).parent.parent / "tests" if file else Path()
    return next(iter(sorted(tests.glob("test_*conformance.py"))), None) if file and tests.is_dir() else None


def run_checks(name: str, test: Path | None) -> dict[str, str]:
    """What each failing check says, by check."""
    import xml.etree.ElementTree as ElementTree

    with tempfile.TemporaryDirectory(prefix="kezhi-check-") as folder:
        if test is None:
            test = Path(folder) / "test_conformance.py"
            test.write_text(TEST.format(name=name))
        report = Path(folder) / "report.xml"
        line = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib"]
        line += ["-k", "conformance", f"--rootdir={folder}", f"--junitxml={report}", str(test)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False, cwd=folder)
        if not report.exists():
            raise Refused(f"the checks could not be run: {done.stdout}{done.stderr}")
        cases = ElementTree.parse(report).getroot().iter("testcase")  # noqa: S314 - written by pytest a moment ago
        found = {}
        for case in cases:
            for wrong in (*case.iter("failure"), *case.iter("error")):
                key = (case.get("name") or "").removeprefix("test_conformance_")
                found[key] = (wrong.text or wrong.get("message") or "").strip()
    return found
