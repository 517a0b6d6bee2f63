"""Columns of lists."""

from .declarations import declaration_columns
from .disputes import dispute_columns
from .orders import customer_columns, order_columns
from .stocks import stock_columns
from .vouchers import voucher_columns

__all__ = [
    "customer_columns",
    "declaration_columns",
    "dispute_columns",
    "order_columns",
    "stock_columns",
    "voucher_columns",
]
