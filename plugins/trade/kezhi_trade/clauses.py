"""The clauses of the policy catalogue that this plugin carries out."""

from __future__ import annotations

from kezhi import Clause
from kezhi import lazy_gettext as _l


def clauses() -> list[Clause]:
    """Orders and figures."""
    return [
        Clause(
            "TRD-01",
            _l("Orders, shipments, invoices and receipts are kept per customer; loading a file again changes nothing"),
        ),
        Clause("TRD-02", _l("Figures per customer and period for other apps to judge by")),
        Clause(
            "TRD-03",
            _l("A month is submitted, checked and confirmed by different people; grading says which were missing"),
        ),
        Clause("TRD-07", _l("Figures that customers declare by year, with source and date; the company adds its own")),
        Clause("TRD-09", _l("A register of disputes with gravity, state and outcome")),
    ]
