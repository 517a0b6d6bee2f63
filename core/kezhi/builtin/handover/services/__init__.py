"""What pages and commands of the hand-over do, as functions on the open session."""

from .carrying_out import Plan, carry_out, try_out
from .reading import Line, PartOf, Told, holdings, lines, run_by_id, runs, told

__all__ = [
    "Line",
    "PartOf",
    "Plan",
    "Told",
    "carry_out",
    "holdings",
    "lines",
    "run_by_id",
    "runs",
    "told",
    "try_out",
]
