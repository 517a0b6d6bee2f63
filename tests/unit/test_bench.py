"""The bench runs from filling to the last figure. What the figures are is no test's business: machines differ."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.services, pytest.mark.installed("trade", "grading")]


def test_every_page_is_timed_against_a_floor_that_shows_the_same_rows(request: pytest.FixtureRequest) -> None:
    kind = request.config.getoption("--database")
    arguments = ["--size", "1k", "--database", kind, "--repeat", "2", "--no-search"]
    run = subprocess.run(
        [sys.executable, "-m", "bench", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
    figures = [line for line in run.stdout.splitlines() if re.search(r"\d+\.\d ×$", line)]
    for login in ("administrator", "manager", "salesperson"):
        for page in ("list by name", "list by grade", "record page"):
            assert any(f"{page}, {login}" in line for line in figures), (page, login)
    for page in ("create", "update", "row 500 against the first page"):
        assert any(page in line for line in figures), page
