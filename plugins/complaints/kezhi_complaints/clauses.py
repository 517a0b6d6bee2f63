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
        Clause("CMP-12", _l("A plan stands on record within 30 minutes, else the direct leader hears of it")),
        Clause("CMP-30", _l("Each service tier is answered, responded to and helped within its time")),
        Clause("CMP-31", _l("Every channel has a purpose and a response time; the stricter target holds"), ours=True),
    ]
