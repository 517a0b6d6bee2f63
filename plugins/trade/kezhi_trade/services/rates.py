"""Month rates: what a unit of a foreign currency is worth in the company's (TRD-02)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Select, Subquery, insert, select, update

from kezhi import Refused, announce, audit_record, bulk_write, currency, db
from kezhi.bulk import MOST_KEYS
from kezhi.i18n import _
from kezhi.money import known_currency

from ..models import Order, Rate
from .conversion import convert, largest_rate, month_of, month_start, sql_convert

# Tables, not classes: a rate holds for every order of its month, not only for those the user sees.
orders, rates = Order.__table__, Rate.__table__


def rate_of(code: str, day: date) -> int:
    """The rate of ``code`` in the month of ``day``, in millionths. Errors: ``Refused``, saying what to load first."""
    wanted = select(rates.c.rate).where(rates.c.currency == code, rates.c.month == month_of(day))
    found = db.session.execute(wanted).scalar_one_or_none()
    if found is None:
        raise Refused(missing_rate(code, f"{day:%Y-%m}"), field="currency")
    return int(found)


def missing_rate(code: str, month: str) -> str:
    """What to say, and what to do, when a month has no rate."""
    return str(
        _(
            "There is no rate for %(currency)s in %(month)s: load the rate first "
            "(import “rates” with the columns month, currency, rate).",
            currency=code,
            month=month,
        )
    )


def in_company_currency(amount: int, code: str, day: date) -> int:
    """``amount`` converted at the month's rate. Errors: ``Refused`` without a rate or beyond the largest amount."""
    company = currency()
    if code == company:
        return amount
    try:
        return convert(amount, rate_of(code, day), code, company)
    except ValueError:
        raise Refused(_("The amount in %(currency)s is too large to keep.", currency=company), field="amount") from None


def set_rate(code: str, month: date, rate: int) -> None:
    """Keep the rate of a month (millionths) and convert that currency's orders anew. Errors: ``Refused``."""
    if code == currency():
        raise Refused(_("%(currency)s is the company's own currency and needs no rate.", currency=code))
    if not known_currency(code):
        raise Refused(_("There is no currency “%(currency)s”.", currency=code), field="currency")
    if not 0 < rate <= largest_rate(code, currency()):
        raise Refused(_("The rate for %(currency)s must be above 0 and not too large to keep.", currency=code))
    month = month_of(month)
    same = (rates.c.currency == code) & (rates.c.month == month)
    found = db.session.execute(select(rates.c.id).where(same)).scalar_one_or_none()
    if found is None:
        db.session.execute(insert(rates).values(currency=code, month=month, rate=rate))
        found = db.session.execute(select(rates.c.id).where(same)).scalar_one()
        announce(Rate, "create", [found])
    else:
        db.session.execute(update(rates).where(same).values(rate=rate))
        announce(Rate, "update", [found])
    audit_record("rate.set", "trade_rate", found)
    reconvert([code])


def reconvert(codes: Iterable[str]) -> int:
    """Convert anew the orders in ``codes`` whose figures differ from what the rates give. Returns how many."""
    return sum(_reconvert(code) for code in codes if code != currency())


def _reconvert(code: str) -> int:
    keys: Any = list(db.session.execute(stale_orders(code).limit(MOST_KEYS + 1)).scalars())
    if not keys:
        return 0
    if len(keys) > MOST_KEYS:
        keys = select(orders.c.id).where(orders.c.currency == code)
    new = converted(code)
    statement = (
        update(orders)
        .where(orders.c.id == new.c.id, _differs(new))
        .values(base_amount=new.c.base_amount, base_profit=new.c.base_profit, version=orders.c.version + 1)
    )
    return bulk_write(statement, model=Order, change="update", keys=keys, action="order.convert", currency=code)


def stale_orders(code: str) -> Select[Any]:
    """Ids of orders in ``code`` whose figures in the company's currency differ from what the rates give."""
    new = converted(code)
    return select(orders.c.id).join(new, new.c.id == orders.c.id).where(_differs(new))


def converted(code: str) -> Subquery:
    """Ids of the orders in ``code`` whose month has a rate, with both figures as the rate gives them."""
    company, twin = currency(), orders.alias()
    at_rate = (rates.c.currency == code) & (rates.c.month == month_start(twin.c.order_date))
    return (
        select(
            twin.c.id,
            sql_convert(twin.c.amount, rates.c.rate, code, company).label("base_amount"),
            sql_convert(twin.c.profit, rates.c.rate, code, company).label("base_profit"),
        )
        .join(rates, at_rate)
        .where(twin.c.currency == code)
        .subquery()
    )


def _differs(new: Subquery) -> Any:
    return (orders.c.base_amount != new.c.base_amount) | orders.c.base_profit.is_distinct_from(new.c.base_profit)
