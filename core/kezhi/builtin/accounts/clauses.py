"""The clauses of the policy catalogue that this builtin carries out."""

from __future__ import annotations

from kezhi import Clause
from kezhi import lazy_gettext as _l


def clauses() -> list[Clause]:
    """People, roles and log-in."""
    return [
        Clause("ORG-01", _l("People, departments and posts, roles with their permissions, hand-over in one action")),
        Clause("ORG-02", _l("Log-in, lock-out, sessions and passwords"), ours=True),
    ]
