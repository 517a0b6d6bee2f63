"""Trade keeps a customer file from being destroyed while it is open or the records of it must be kept (CUS-10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import case, func, select

from kezhi import db, setting
from kezhi import lazy_gettext as _l
from kezhi.i18n import _, ngettext

from .models import OPEN, Dispute, Order
from .models.disputes import UNSETTLED
from .services.matching import is_open
from .services.sorts import SORTS

ORDERS: Any = Order.__table__
DISPUTES: Any = Dispute.__table__
ALL = {"kezhi_unscoped": True}


def places() -> list[Any]:
    """Open orders and items, books within the years for which they are kept, disputes that are not settled."""
    from kezhi.builtin.destruction.contributions import Place

    return [Place("trade.orders", _l("Orders and disputes"), blocks=_blocks)]


def _blocks(ids: Sequence[int], today: date) -> Mapping[int, str]:
    years = int(setting("destruction", "keep_years"))
    since = date(today.year - years, 1, 1)  # books are kept by whole years
    opened = func.sum(case((ORDERS.c.status == OPEN, 1), else_=0))
    statement = (
        select(ORDERS.c.customer_id, func.max(ORDERS.c.order_date), opened)
        .where(ORDERS.c.customer_id.in_(ids))
        .group_by(ORDERS.c.customer_id)
    )
    found: dict[int, str] = {}
    for customer_id, last, count in db.session.execute(statement, execution_options=ALL):
        if count:
            found[customer_id] = ngettext("%(num)s order is open", "%(num)s orders are open", count)
        elif last >= since:
            found[customer_id] = _("the last order is of %(day)s, and orders are kept for %(years)s years",
                                   day=last.isoformat(), years=years)  # fmt: skip
    for sort in SORTS:
        if sort.is_settled:
            left = select(sort.table.c.customer_id).where(sort.table.c.customer_id.in_(ids), *is_open(sort.table))
            for customer_id in db.session.scalars(left.distinct(), execution_options=ALL):
                found.setdefault(customer_id, _("an invoice is open, or money is on account"))
        booked = select(sort.table.c.customer_id).where(
            sort.table.c.customer_id.in_(ids), sort.table.c.happened_on >= since
        )
        for customer_id in db.session.scalars(booked.distinct(), execution_options=ALL):
            found.setdefault(customer_id, _("shipments, invoices and receipts are kept for %(years)s years",
                                            years=years))  # fmt: skip
    unsettled = select(DISPUTES.c.customer_id).where(DISPUTES.c.customer_id.in_(ids), DISPUTES.c.state == UNSETTLED)
    for customer_id in db.session.scalars(unsettled.distinct(), execution_options=ALL):
        found.setdefault(customer_id, _("a dispute is not settled"))
    return found
