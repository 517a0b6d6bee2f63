"""The clauses of the policy catalogue that this builtin carries out."""

from __future__ import annotations

from kezhi import Clause
from kezhi import lazy_gettext as _l


def clauses() -> list[Clause]:
    """What keeps customer files in order."""
    return [
        Clause("CUS-07", _l("Every customer file is verified each quarter")),
        Clause("CUS-12", _l("A data-protection person, written procedures, and a recurring security check")),
        Clause("CUS-16", _l("Two copies of each institutional base file, and supervision of the files on record")),
    ]
