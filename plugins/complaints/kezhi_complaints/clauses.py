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
        Clause("CMP-03", _l("A complaint is valid, or invalid on one of six grounds; the month is worked out")),
        Clause("CMP-04", _l("The severity follows from the ground; who departs from it says why")),
        Clause("CMP-05", _l("Feedback of customers has a department, a deadline, a result and what follows from it")),
        Clause("CMP-10", _l("A complaint goes step by step, and nobody handles one about themself")),
        Clause("CMP-11", _l("Who investigates is no party to the complaint and does not answer it")),
        Clause("CMP-12", _l("A plan stands on record within 30 minutes, else the direct leader hears of it")),
        Clause(
            "CMP-13", _l("What the customer is given has an amount, who bears it adds up, and large sums are approved")
        ),
        Clause("CMP-14", _l("The cause has a corrective action whose effect is checked; repeated causes are found")),
        Clause(
            "CMP-15", _l("After closing the customer is asked once; who is not satisfied is heard again"), ours=True
        ),
        Clause("CMP-16", _l("Assisting an investigation is a duty that is not declined without a reason")),
        Clause("CMP-17", _l("Customer service leaves guidance on the complaints of every unit, which answers it")),
        Clause("CMP-20", _l("Every month has a complaint analysis report that is drafted, signed and sent")),
        Clause("CMP-21", _l("A live board shows what is open, the time left, and why customers complain"), ours=True),
        Clause("CMP-30", _l("Each service tier is answered, responded to and helped within its time")),
        Clause("CMP-31", _l("Every channel has a purpose and a response time; the stricter target holds"), ours=True),
    ]
