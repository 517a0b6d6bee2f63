"""The orders of a customer by month, beside those of the same months a year before. One statement."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import func

from kezhi import Panel, User, clock, currency, db
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import rows_of
from kezhi.i18n import _
from kezhi.money import display, exponent

from ..calendar_months import end_of, later, months_between
from ..models import CANCELLED, Order
from ..services.conversion import month_start

MONTHS = 12


def month_panels(record: Any, user: User) -> list[Panel]:
    """The last twelve months with the present one, as columns that open their orders; none without an order."""
    if not isinstance(record, Customer) or not user.can("trade.read"):
        return []
    today = clock.today()
    months = months_between(later(today, 1 - 2 * MONTHS), today)
    amounts = _amounts(record, months[0])
    if not amounts:
        return []
    before, now = months[:MONTHS], months[MONTHS:]
    total, earlier = (sum(amounts.get(month, 0) for month in span) for span in (now, before))
    unit = 10 ** exponent(currency())
    series = [
        {"name": str(name), "data": [_mark(record, month, amounts.get(month, 0) // unit) for month in span]}
        for name, span in ((_("A year before"), before), (_("Last 12 months"), now))
    ]
    money = {month: display(amounts.get(month, 0), currency(), cents=False) for month in months}
    context = {
        "data": {"labels": [f"{month.month}" for month in now], "series": series},
        "message": _("Orders of the last 12 months: %(total)s; a year before: %(earlier)s.",
                     total=display(total, currency(), cents=False), earlier=display(earlier, currency(), cents=False)),
        "head": [_("Month"), _("A year before"), _("Last 12 months")],
        "rows": [(f"{new:%Y-%m}", money[old], money[new]) for old, new in zip(before, now, strict=True)],
    }  # fmt: skip
    return [Panel(_l("Orders by month"), "trade/months_panel.html", context, icon="bar-chart", order=21, half=True)]


def _amounts(customer: Customer, since: date) -> dict[date, int]:
    """What was ordered in each month since ``since``, in minor units of the company's currency."""
    month = month_start(Order.order_date)
    counted = (Order.order_date >= since, Order.status != CANCELLED)
    statement = rows_of(Order.customer_id, customer.id).with_only_columns(month, func.sum(Order.base_amount))
    statement = statement.where(*counted).group_by(month)
    return {day: int(amount) for day, amount in db.session.execute(statement)}


def _mark(customer: Customer, month: date, value: int) -> dict[str, Any]:
    """A column of the drawing; its orders open where the customer has a code to ask for."""
    if not customer.code or not value:
        return {"value": value}
    span: dict[str, Any] = {"from.order_date": f"{month}", "to.order_date": f"{end_of(month)}"}
    return {"value": value, "href": url_for("trade.index", **{"f.customer_code": customer.code, **span})}
