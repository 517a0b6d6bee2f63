"""The clauses of the policy catalogue that this builtin carries out."""

from __future__ import annotations

from kezhi import Clause
from kezhi import lazy_gettext as _l


def clauses() -> list[Clause]:
    """Duties that go up to the manager when they are late, and notices."""
    return [
        Clause("TSK-01", _l("Duties with owner and due date; overdue ones go to the manager"), ours=True),
        Clause("TSK-02", _l("Notices in the product, and by e-mail as each person chooses"), ours=True),
    ]
