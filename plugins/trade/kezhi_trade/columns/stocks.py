"""The list of stock held for customers."""

from __future__ import annotations

from kezhi import Column, Filter
from kezhi import lazy_gettext as _l
from kezhi.cells import Renderer

from ..models import Stock
from .whose import customer_of

#: The first day of a month, written as the month.
BY_MONTH = Renderer(lambda cell: f"{cell.value:%Y-%m}", lambda cell: f"{cell.value:%Y-%m}", phone="x")


def stock_columns() -> list[Column]:
    """Stock by month and customer."""
    return [
        Column("month", _l("Month"), Stock.month, sortable=True, default=True, render=BY_MONTH, order=10,
               filter=Filter("date")),
        *customer_of(Stock, 20),
        Column("held", _l("Stock held"), Stock.held, sortable=True, default=True, render="money", order=40,
               filter=Filter("number")),
        Column("dead", _l("Dead stock"), Stock.dead, sortable=True, default=True, render="money", order=50,
               filter=Filter("number")),
        Column("updated_at", _l("Last change"), Stock.updated_at, render="instant", order=60),
    ]  # fmt: skip
