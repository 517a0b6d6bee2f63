"""What the trade plugin does, as plain functions on the session."""

from .orders import cancel_order, count_open, create_order, find_order, finish_orders, order_by_number, update_order
from .rates import set_rate
from .summary import refresh_customers, refresh_summary

__all__ = [
    "cancel_order",
    "count_open",
    "create_order",
    "find_order",
    "finish_orders",
    "order_by_number",
    "refresh_customers",
    "refresh_summary",
    "set_rate",
    "update_order",
]
