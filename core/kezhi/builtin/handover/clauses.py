"""The clauses of the policy catalogue that this builtin carries out."""

from __future__ import annotations

from kezhi import Clause
from kezhi import lazy_gettext as _l


def clauses() -> list[Clause]:
    """What becomes of the work of somebody who leaves."""
    return [Clause("ORG-01", _l("Everything of a person is handed over in one action, with a list of what moved"))]
