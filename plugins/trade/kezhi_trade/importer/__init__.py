"""Files of orders, month rates, declared figures, vouchers and matchings: in and out (TRD-01, TRD-07)."""

from .declared import declared_importer
from .exporter import exporters
from .matches import match_importer
from .orders import order_importer
from .rates import rate_importer
from .stock import stock_importer
from .vouchers import voucher_importers

__all__ = [
    "declared_importer",
    "exporters",
    "match_importer",
    "order_importer",
    "rate_importer",
    "stock_importer",
    "voucher_importers",
]
