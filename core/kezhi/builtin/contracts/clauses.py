"""The clauses of the policy catalogue that this builtin carries out."""

from __future__ import annotations

from kezhi import Clause
from kezhi import lazy_gettext as _l


def clauses() -> list[Clause]:
    """The register of contracts."""
    return [
        Clause("CUS-13", _l("Register of contracts: in force on a date or not, reminders before the last day")),
    ]
