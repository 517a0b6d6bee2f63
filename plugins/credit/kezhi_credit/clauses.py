"""The clauses of the policy catalogue that this plugin carries out."""

from __future__ import annotations

from kezhi import Clause
from kezhi import lazy_gettext as _l


def clauses() -> list[Clause]:
    """Investigations, classes, limits, checks and the watch."""
    return [
        Clause("CRD-01", _l("Classes decided by people on a rating sheet; a score card of findings and conduct in "
                            "trade suggests them"), ours=True),
        Clause("CRD-02", _l("Credit investigations with sources, findings and validity; the rating sheet, filled in by "
                            "sales, decided by finance")),
        Clause("CRD-03", _l("Terms by credit class; limits of a customer's own, dated and approved by amount"),
               ours=True),
        Clause("CRD-04", _l("Exposure from receivables, shipments and orders less deposits, live, by age; unknown "
                            "without a source"), ours=True),
        Clause("CRD-05", _l("The credit check: allow, warn or block with reasons; reservations; one release by "
                            "approval"), ours=True),
        Clause("CRD-06", _l("The daily watch of rated customers: alerts to owner and finance, a measure by a day, and "
                            "where it is wanted a lower class")),
        Clause("CRD-07", _l("History of classes and limits; customers by class; ageing and concentration of what they "
                            "owe, kept as issued"), ours=True),
        Clause("CRD-08", _l("A customer without a class is cash only until it is rated"), ours=True),
    ]  # fmt: skip
