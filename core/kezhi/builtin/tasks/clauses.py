"""The clauses of the policy catalogue that this builtin carries out."""

from __future__ import annotations

from kezhi import Clause
from kezhi import lazy_gettext as _l


def clauses() -> list[Clause]:
    """Duties with a due date that go up to the manager when they are late."""
    return [Clause("TSK-01", _l("Duties with owner and due date; overdue ones go to the manager"), ours=True)]
