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
from .matching import match, match_oldest, open_invoices, unmatch
from .orders import cancel_order, count_open, create_order, find_order, finish_orders, order_by_number, update_order
from .reconverting import set_rate
from .sorts import INVOICE, RECEIPT, SHIPMENT, SORTS, Sort
from .stocks import find_stock, keep_stock
from .summary import refresh_customers, refresh_summary
from .vouchers import create_voucher, find_voucher, payment_days, update_voucher, void_voucher, voucher_by_number

__all__ = [
    "INVOICE",
    "RECEIPT",
    "SHIPMENT",
    "SORTS",
    "Sort",
    "add_figure",
    "all_figures",
    "cancel_order",
    "count_open",
    "create_dispute",
    "create_order",
    "create_voucher",
    "current",
    "declare",
    "figure_by_id",
    "figures_in_use",
    "find_declaration",
    "find_dispute",
    "find_order",
    "find_stock",
    "find_voucher",
    "finish_orders",
    "history",
    "keep_stock",
    "match",
    "match_oldest",
    "move_figure",
    "open_invoices",
    "order_by_number",
    "payment_days",
    "refresh_customers",
    "refresh_summary",
    "rename_figure",
    "restore_figure",
    "retire_figure",
    "set_rate",
    "unmatch",
    "update_dispute",
    "update_order",
    "update_voucher",
    "void_voucher",
    "voucher_by_number",
    "withdraw",
]
