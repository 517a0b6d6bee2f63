"""The figures that policies judge by (TRD-02, TRD-07, TRD-09)."""

from kezhi import Metric

from .declared import declared_metrics
from .disputes import dispute_metrics
from .orders import order_metrics
from .periods import earlier
from .receivables import receivable_metrics
from .stock import stock_metrics


def metrics() -> list[Metric]:
    """The metrics that every company has."""
    return [*order_metrics(), *receivable_metrics(), *stock_metrics(), *dispute_metrics()]


__all__ = ["declared_metrics", "earlier", "metrics"]
