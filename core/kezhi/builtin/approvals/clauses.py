"""The clauses of the policy catalogue that this builtin carries out."""

from __future__ import annotations

from kezhi import Clause
from kezhi import lazy_gettext as _l


def clauses() -> list[Clause]:
    """Steps, signers, and what a decision may do."""
    return [
        Clause("APR-01", _l("Approvals go step by step; every signature has its time and opinion"), ours=True),
        Clause("APR-02", _l("Nobody signs their own request, nor two steps of one"), ours=True),
        Clause(
            "APR-03", _l("Withdrawn, returned or rejected with a reason; what was approved is carried out"), ours=True
        ),
    ]
