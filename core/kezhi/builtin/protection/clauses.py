"""The clause of the policy catalogue that this builtin carries out."""

from __future__ import annotations

from kezhi import Clause
from kezhi import lazy_gettext as _l


def clauses() -> list[Clause]:
    """Customer data is encrypted at rest, or a deviation is on record."""
    return [Clause("CUS-11", _l("Customer data is encrypted at rest; deviations have an author and a reason"))]
