"""The clauses of the policy catalogue that this plugin carries out."""

from __future__ import annotations

from kezhi import Clause
from kezhi import lazy_gettext as _l


def clauses() -> list[Clause]:
    """From the first call to the monthly report."""
    return [
        Clause("CMP-01", _l("A complaint is written down whole, and has a number from then on")),
    ]
