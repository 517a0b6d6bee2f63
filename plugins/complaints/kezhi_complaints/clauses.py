"""The clauses of the policy catalogue that this plugin carries out."""

from __future__ import annotations

from kezhi import Clause
from kezhi import lazy_gettext as _l


def clauses() -> list[Clause]:
    """From the first call to the monthly report."""
    return [
        Clause("CMP-01", _l("A complaint is written down whole, and has a number from then on")),
        Clause(
            "CMP-02", _l("Complaints have a kind of the company's own tree: service or business, and what kind of it")
        ),
        Clause("CMP-05", _l("Feedback of customers has a department, a deadline, a result and what follows from it")),
        Clause("CMP-31", _l("Each channel says what it is for and how soon it is answered"), ours=True),
    ]
