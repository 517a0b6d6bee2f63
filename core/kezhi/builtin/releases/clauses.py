"""The clause that this builtin carries out."""

from __future__ import annotations

from kezhi import Clause
from kezhi import lazy_gettext as _l


def clauses() -> list[Clause]:
    """Who gives out customer data, and what leaves the company."""
    return [
        Clause("CUS-09", _l("Customer data is given out by its holder upon a signed request; releases are registered"))
    ]
