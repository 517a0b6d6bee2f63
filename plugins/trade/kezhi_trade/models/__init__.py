"""What the trade plugin keeps per customer: orders, declared figures, disputes."""

from .base import Base
from .declared import COUNT, MONEY, RATIO, UNITS, Declaration, Figure
from .disputes import CLOSED, DISPUTE_STATES, GRAVITIES, ORDINARY, SERIOUS, SETTLED, UNSETTLED, Dispute
from .orders import CANCELLED, DONE, OPEN, STATUSES, CustomerTrade, Order, Rate, StagedOrder

__all__ = [
    "CANCELLED",
    "CLOSED",
    "COUNT",
    "DISPUTE_STATES",
    "DONE",
    "GRAVITIES",
    "MONEY",
    "OPEN",
    "ORDINARY",
    "RATIO",
    "SERIOUS",
    "SETTLED",
    "STATUSES",
    "UNITS",
    "UNSETTLED",
    "Base",
    "CustomerTrade",
    "Declaration",
    "Dispute",
    "Figure",
    "Order",
    "Rate",
    "StagedOrder",
]
