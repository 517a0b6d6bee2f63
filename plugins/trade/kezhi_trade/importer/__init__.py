"""Files of orders, month rates and declared figures: in and out (TRD-01, TRD-07)."""

from .declared import declared_importer
from .exporter import exporters
from .orders import order_importer
from .rates import rate_importer

__all__ = ["declared_importer", "exporters", "order_importer", "rate_importer"]
