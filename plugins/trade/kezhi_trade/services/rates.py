"""Month rates: what a unit of a foreign currency is worth in the company's (TRD-02)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from kezhi import Refused, currency, db
from kezhi.i18n import _

from ..calendar_months import month_of
from ..models import Rate
from .conversion import convert

rates = Rate.__table__


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
