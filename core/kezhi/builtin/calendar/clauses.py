"""The clause of the policy catalogue that this builtin carries out."""

from __future__ import annotations

from kezhi import Clause
from kezhi import lazy_gettext as _l


def clauses() -> list[Clause]:
    """The working calendar."""
    return [Clause("TSK-03", _l("Working calendar with public holidays and make-up workdays"), ours=True)]
