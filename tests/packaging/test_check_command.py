"""``kezhi plugin check``: one command says whether an app is made right, without a company."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kezhi.testing.distributions import make_distribution

pytestmark = pytest.mark.packaging


def check(name: str, *options: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("KEZHI")}
    if path is not None:
        environment["PYTHONPATH"] = os.pathsep.join([str(path), environment.get("PYTHONPATH", "")])
    line = [sys.executable, "-c", "from kezhi.cli import main; main()", "plugin", "check", name, *options]
    return subprocess.run(line, env=environment, capture_output=True, text=True, check=False, timeout=300)


def test_a_bundled_plugin_is_made_right() -> None:
    done = check("trade")
    assert (done.returncode, done.stdout.strip()) == (0, "trade is made right"), done.stderr


def test_what_is_wrong_is_said_with_its_mend(tmp_path: Path) -> None:
    make_distribution(tmp_path, "iota", files={"templates/iota/page.html": '<p style="color: red">Hello</p>'})
    done = check("iota", "--json", path=tmp_path)
    assert done.returncode == 1
    problems = json.loads(done.stdout)["problems"]
    assert set(problems) == {"templates"}
    assert "use the kz- classes" in problems["templates"]


def test_an_app_is_checked_from_the_folder_in_which_it_is_written(tmp_path: Path) -> None:
    line = [sys.executable, "-c", "from kezhi.cli import main; main()", "plugin", "new", "visits"]
    subprocess.run(line, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    done = check(str(tmp_path / "kezhi-visits"))
    assert (done.returncode, done.stdout.strip()) == (0, "visits is made right"), done.stderr


def test_what_cannot_be_checked_is_said(tmp_path: Path) -> None:
    done = check("nowhere")
    assert done.returncode == 1
    assert "no app 'nowhere' is installed" in done.stderr
    done = check(str(tmp_path))
    assert done.returncode == 1
    assert "there is no pyproject.toml in it" in done.stderr
