"""Tests with some of the installed plugins only: the others are as if they were not installed.

``KEZHI_TEST_PLUGINS`` names the chosen ones (what they need comes along); empty or unset means all.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

CHOSEN = "KEZHI_TEST_PLUGINS"
#: what was decided at the start, for the processes that tests start
HIDDEN = "KEZHI_TEST_HIDDEN_PLUGINS"
#: what a process that a test starts runs instead of ``kezhi``
COMMAND = "from kezhi.testing.chosen import hide; hide(); from kezhi.cli import main; main()"


def choose(root: Path) -> tuple[str, ...]:
    """Decide by the environment what is hidden from now on, and hide it; ``root`` is the folder of the tests.

    Errors: ``LookupError`` for a name that is not installed.
    """
    names = os.environ.get(CHOSEN, "").replace(",", " ").split()
    if not names:
        return ()
    if HIDDEN not in os.environ:
        from ..discover import discover
        from ..resolve import closure

        candidates = discover()
        unknown = [name for name in names if name not in candidates]
        if unknown:
            raise LookupError(f"{CHOSEN} names {', '.join(unknown)}, which is not installed")
        builtins = {name for name, candidate in candidates.items() if candidate.builtin}
        folders = {path.parent.name for path in root.glob("plugins/*/pyproject.toml")}
        left = (candidates.keys() | folders) - builtins - closure(names, candidates)
        os.environ[HIDDEN] = " ".join(sorted(left))
    hide()
    return tuple(os.environ[HIDDEN].split())


def hide() -> None:
    """Let discovery in this process pass over what is hidden. Plugins that tests make are seen."""
    from .. import discover

    module: Any = discover
    hidden, installed = frozenset(os.environ.get(HIDDEN, "").split()), module.entry_points

    def seen(**wanted: Any) -> list[Any]:
        return [entry for entry in installed(**wanted) if entry.name not in hidden]

    if hidden:
        module.entry_points = seen
