"""The clauses of the policy catalogue that this builtin carries out."""

from __future__ import annotations

from kezhi import Clause
from kezhi import lazy_gettext as _l


def clauses() -> list[Clause]:
    """Files in and out."""
    return [
        Clause("CUS-08", _l("Files are checked row by row before they are written; exports are audited"), ours=True)
    ]
