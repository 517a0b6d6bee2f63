"""Month rates as they are set, and all that is converted anew when one changes (TRD-02)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Select, Subquery, insert, select, update

from kezhi import Refused, announce, audit_record, bulk_write, clock, currency, db
from kezhi.bulk import MOST_KEYS
from kezhi.i18n import _
from kezhi.money import known_currency

from ..calendar_months import month_of
from ..models import Order, Rate
from .conversion import largest_rate, month_start, sql_at, sql_convert, sql_factors
from .matching import refresh
from .sorts import SORTS, Sort

# Tables, not classes: a rate holds for every order of its month, not only for those the user sees.
orders, rates = Order.__table__, Rate.__table__


def set_rate(code: str, month: date, rate: int) -> None:
    """Keep the rate of a month (millionths) and convert what is in that currency anew. Errors: ``Refused``."""
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
    """Convert anew what is in ``codes`` and differs from what the rates give. Returns how many orders."""
    foreign = [code for code in codes if code != currency()]
    count = sum(_reconvert(code) for code in foreign)
    for sort in SORTS if foreign else ():
        reconvert_vouchers(sort)
    return count


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


# ── vouchers ────────────────────────────────────────────────────────────────────────────────────────────────────


def reconvert_vouchers(sort: Sort) -> int:
    """Convert anew the vouchers that differ from what the rates give, and what is open of them."""
    table, new, now = sort.table, _priced(sort), clock.now()
    statement = (
        update(table)
        .where(table.c.id == new.c.id, table.c.base_amount != new.c.base_amount)
        .values(base_amount=new.c.base_amount, version=table.c.version + 1, updated_at=now)
    )
    keys = select(table.c.id).where(table.c.updated_at == now)
    count = bulk_write(statement, model=sort.model, change="update", keys=keys, action=f"{sort.key}.convert")
    if sort.is_settled:
        refresh(sort)
    return count


def stale_vouchers(sort: Sort) -> Select[Any]:
    """Ids of vouchers whose amount in the company's currency is not what the rates give, or has no rate."""
    new = _priced(sort)
    differs = sort.table.c.base_amount.is_distinct_from(new.c.base_amount)
    return select(sort.table.c.id).join(new, new.c.id == sort.table.c.id).where(differs)


def _priced(sort: Sort) -> Subquery:
    twin = sort.table.alias()
    at_rate = (rates.c.currency == twin.c.currency) & (rates.c.month == month_start(twin.c.happened_on))
    factor, divisor = sql_factors(twin.c.currency, rates.c.rate, currency())
    columns = (twin.c.id, twin.c.amount, factor.label("factor"), divisor.label("divisor"))
    inner = select(*columns).outerjoin(rates, at_rate).subquery()
    base = sql_at(inner.c.amount, inner.c.factor, inner.c.divisor)
    return select(inner.c.id, base.label("base_amount")).subquery("priced")
