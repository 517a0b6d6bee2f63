"""Every text of grading stands in both languages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_catalogue_is_complete() -> None:
    package = ROOT / "plugins/grading/kezhi_grading"
    command = [sys.executable, str(ROOT / "tools/catalogues.py"), "check", str(package)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
