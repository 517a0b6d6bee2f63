"""The clauses of the policy catalogue that this plugin carries out."""

from __future__ import annotations

from kezhi import Clause
from kezhi import lazy_gettext as _l


def clauses() -> list[Clause]:
    """The model, its work flow and the shipped schemes."""
    return [
        Clause("GRD-01", _l("A scheme is data: population, grades, steps, criteria; its versions are kept")),
        Clause(
            "GRD-02", _l("Score cards: figures become points by bands, lines or ranks, and cut-offs give the grade")
        ),
        Clause("GRD-03", _l("Threshold rules: trees of conditions, tested in an order, one grade for the rest")),
        Clause("GRD-06", _l("A missing figure is never zero by accident"), ours=True),
        Clause("GRD-07", _l("Every grade explains itself and can be computed again"), ours=True),
        Clause("GRD-10", _l("A run is computed, signed and published; then its grades take effect")),
        Clause(
            "GRD-12", _l("What-if: a scheme tried on everybody beside the grades in force, nothing stored"), ours=True
        ),
        Clause(
            "GRD-13", _l("Assessment sheet per customer, annual list of important customers, notice to the customer")
        ),
        Clause("GRD-20", _l("Shipped scheme: four tiers by size, growth, loyalty and importance")),
        Clause("GRD-21", _l("Shipped scheme: composite ABC")),
        Clause("GRD-25", _l("Shipped scheme: ABCD for foreign trade")),
        Clause("GRD-26", _l("Shipped scheme: service tiers super, gold, silver, normal; told to other apps")),
        Clause("GRD-32", _l("Shipped scheme: recency, frequency, monetary value"), ours=True),
    ]
