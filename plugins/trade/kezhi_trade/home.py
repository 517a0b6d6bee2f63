"""What the first page shows of trade: the orders of this month, beside those of the month before (TRD-01)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal

from flask import url_for
from sqlalchemy import case, func

from kezhi import User, clock, currency, db, visible
from kezhi.builtin.tasks.contributions import HomeFigure
from kezhi.i18n import _
from kezhi.money import display

from .models import CANCELLED, Order


def figures(user: User) -> list[HomeFigure]:
    """Orders of the customers that the user sees, this month to date and the month before up to the same day."""
    if not user.can("trade.read"):
        return []
    today = clock.today()
    first = today.replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    until = same_day(before, today.day)
    c = Order.__table__.c

    def amount(start: date, end: date) -> Any:
        return func.sum(case((c.order_date.between(start, end), c.base_amount), else_=0))

    counted = visible(Order, user).where(c.order_date.between(before, today), c.status != CANCELLED)
    columns = amount(first, today), amount(before, until)
    now, then = (int(each or 0) for each in db.session.execute(counted.with_only_columns(*columns)).one())
    if not now and not then:
        return []
    note, tone = change(now, then)
    shown: dict[str, Any] = {"from.order_date": first.isoformat(), "sort": "-order_date"}
    url = url_for("trade.index", **shown)
    return [HomeFigure(_("Orders this month"), display(now, currency(), cents=False), "", note, tone, url, order=10)]


def same_day(month: date, day: int) -> date:
    """The day of ``month`` (its first day) that has the same number, or its last one."""
    following = (month + timedelta(days=32)).replace(day=1)
    return min(month + timedelta(days=day - 1), following - timedelta(days=1))


def change(now: int, then: int) -> tuple[str, Literal["", "good", "bad"]]:
    """How an amount stands beside the one of the month before, in words, and whether that is good."""
    if not then:
        return _("None by this day of last month"), ""
    tenths = round((now - then) * 1000 / then)
    if not tenths:
        return _("As much as by this day of last month"), ""
    share = f"{abs(tenths) // 10}.{abs(tenths) % 10}%"
    if tenths > 0:
        return _("%(share)s more than by this day of last month", share=share), "good"
    return _("%(share)s less than by this day of last month", share=share), "bad"
