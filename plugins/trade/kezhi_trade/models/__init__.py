"""What the trade plugin keeps per customer: orders, what they owe and paid, declared figures, disputes."""

from .base import Base
from .declared import COUNT, MONEY, RATIO, UNITS, Declaration, Figure
from .disputes import CLOSED, DISPUTE_STATES, GRAVITIES, ORDINARY, SERIOUS, SETTLED, UNSETTLED, Dispute
from .orders import CANCELLED, DONE, OPEN, STATUSES, CustomerTrade, Order, Rate, StagedOrder
from .receivables import (
    CREDIT,
    DEPOSIT,
    PAYMENT,
    RECEIPT_KINDS,
    VALID,
    VOID,
    VOUCHER_STATUSES,
    Invoice,
    Match,
    Receipt,
    Shipment,
    StagedVoucher,
)

__all__ = [
    "CANCELLED",
    "CLOSED",
    "COUNT",
    "CREDIT",
    "DEPOSIT",
    "DISPUTE_STATES",
    "DONE",
    "GRAVITIES",
    "MONEY",
    "OPEN",
    "ORDINARY",
    "PAYMENT",
    "RATIO",
    "RECEIPT_KINDS",
    "SERIOUS",
    "SETTLED",
    "STATUSES",
    "UNITS",
    "UNSETTLED",
    "VALID",
    "VOID",
    "VOUCHER_STATUSES",
    "Base",
    "CustomerTrade",
    "Declaration",
    "Dispute",
    "Figure",
    "Invoice",
    "Match",
    "Order",
    "Rate",
    "Receipt",
    "Shipment",
    "StagedOrder",
    "StagedVoucher",
]
