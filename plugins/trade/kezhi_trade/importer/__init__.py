"""Files of orders and month rates: in and out (TRD-01)."""

from .exporter import exporters
from .orders import order_importer
from .rates import rate_importer

__all__ = ["exporters", "order_importer", "rate_importer"]
