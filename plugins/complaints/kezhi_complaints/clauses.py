"""The clauses of the policy catalogue that this plugin carries out."""

from __future__ import annotations

from kezhi import Clause
from kezhi import lazy_gettext as _l


def clauses() -> list[Clause]:
    """From the first call to the monthly report."""
    return [
        Clause("CMP-01", _l("A complaint is written down whole, and has a number from then on")),
        Clause("CMP-03", _l("A complaint is valid, or invalid on one of six grounds; the month is worked out")),
        Clause("CMP-04", _l("The severity follows from the ground; who departs from it says why")),
        Clause("CMP-10", _l("A complaint goes step by step, and nobody handles one about themself")),
        Clause("CMP-11", _l("Who investigates is no party to the complaint and does not answer it")),
        Clause("CMP-16", _l("Assisting an investigation is a duty that is not declined without a reason"), ours=True),
        Clause("CMP-17", _l("Customer service leaves guidance on the complaints of every unit, which answers it")),
    ]
