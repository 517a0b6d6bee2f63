"""Plugins made on the spot, called alpha, beta and gamma, that this process forgets after the test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kezhi.db import dispose_models
from kezhi.discover import forget
from kezhi.testing.distributions import on_path


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    before, modules = list(sys.path), set(sys.modules)
    on_path(tmp_path)
    yield tmp_path
    sys.path[:] = before
    for name in ("alpha", "beta", "gamma"):
        forget(name)
        dispose_models(name, f"{name}_")
    for module in set(sys.modules) - modules:
        if module.startswith(("kezhi_alpha", "kezhi_beta", "kezhi_gamma")):
            del sys.modules[module]
