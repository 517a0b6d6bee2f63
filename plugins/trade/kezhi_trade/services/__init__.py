"""What the trade plugin does, as plain functions on the session."""

from .declarations import current, declare, find_declaration, history, withdraw
from .disputes import create_dispute, find_dispute, update_dispute
from .figures import (
    add_figure,
    all_figures,
    figure_by_id,
    figures_in_use,
    move_figure,
    rename_figure,
    restore_figure,
    retire_figure,
)
from .orders import cancel_order, count_open, create_order, find_order, finish_orders, order_by_number, update_order
from .rates import set_rate
from .summary import refresh_customers, refresh_summary

__all__ = [
    "add_figure",
    "all_figures",
    "cancel_order",
    "count_open",
    "create_dispute",
    "create_order",
    "current",
    "declare",
    "figure_by_id",
    "figures_in_use",
    "find_declaration",
    "find_dispute",
    "find_order",
    "finish_orders",
    "history",
    "move_figure",
    "order_by_number",
    "refresh_customers",
    "refresh_summary",
    "rename_figure",
    "restore_figure",
    "retire_figure",
    "set_rate",
    "update_dispute",
    "update_order",
    "withdraw",
]
