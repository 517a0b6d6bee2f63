"""What a customer's credit is on a day, as selects: the class, the limit of its own, the limit that follows.

Nothing of it is stored: a rating takes effect, and a limit ends, by its date, whether any job has run or not.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, null, or_, select
from sqlalchemy.sql.selectable import Subquery

from kezhi import Period, setting
from kezhi.builtin.customers.models import Customer
from kezhi.figures import sql_divide, sql_int
from kezhi.metrics import all_metrics
from kezhi.money import LARGEST

from ..models import APPROVED, ON_CREDIT, TURNOVER, Limit, Rating
from .classes import present_terms

# Tables, not classes: whose credit is asked for is the asker's choice, and it does not depend on who looks.
CUSTOMERS: Any = Customer.__table__
RATINGS: Any = Rating.__table__
LIMITS: Any = Limit.__table__
PARTS = 10_000  #: shares are taken in ten-thousandths, so that products stay inside 64 bits
OWN, OF_CLASS, OF_TURNOVER, NO_TURNOVER, NO_CLASS = "own", "class", "turnover", "no_turnover", "no_class"


def ratings_on(day: Any) -> Select[Any]:
    """The rating of every customer in force on a day: the one with the latest date, of several the newest."""
    order = func.row_number().over(
        partition_by=RATINGS.c.customer_id, order_by=(RATINGS.c.valid_from.desc(), RATINGS.c.id.desc())
    )
    ranked = select(RATINGS, order.label("place")).where(RATINGS.c.valid_from <= day).subquery()
    return select(*(ranked.c[column.name] for column in RATINGS.c)).where(ranked.c.place == 1)


def in_force(day: Any) -> ColumnElement[bool]:
    """Whether a limit holds on a day."""
    c = LIMITS.c
    ended = or_(c.ended_on.is_(None), c.ended_on > day)
    found: ColumnElement[bool] = (c.state == APPROVED) & (c.valid_from <= day) & (c.valid_to >= day) & ended
    return found


def turnover(day: date, population: Select[Any]) -> Subquery | None:
    """The turnover of the last twelve months per customer, tax included; None where no app knows it."""
    metric = all_metrics().get(str(setting("credit", "turnover_metric") or ""))
    if metric is None:
        return None
    given = metric.select(Period(day, day), population).subquery()
    customer_id, value = list(given.c)[:2]
    tax = int(setting("credit", "turnover_tax") * 100)
    within = case((value > LARGEST, sql_int(LARGEST)), (value < 0, sql_int(0)), else_=value)
    taxed = sql_divide(within * (PARTS + tax), sql_int(PARTS))
    return select(customer_id.label("customer_id"), taxed.label("turnover")).subquery()


# For each customer the one row, looked up along an index: a join with ranked rows is read by SQLite as often as there
# are customers, because it makes no index for them.
def _newest_rating(day: Any) -> Any:
    c = RATINGS.c
    mine = select(c.id).where(c.customer_id == CUSTOMERS.c.id, c.valid_from <= day)
    return mine.order_by(c.valid_from.desc(), c.id.desc()).limit(1).correlate(CUSTOMERS).scalar_subquery()


def _newest_limit(day: Any) -> Any:
    c = LIMITS.c
    mine = select(c.id).where(c.customer_id == CUSTOMERS.c.id, in_force(day))
    return mine.order_by(c.decided_at.desc(), c.id.desc()).limit(1).correlate(CUSTOMERS).scalar_subquery()


def standing(day: date, population: Select[Any] | None = None) -> Select[Any]:
    """One row per customer: its rating, the terms of its class, and the limit with where it comes from.

    ``population`` is a select of customer ids; without it all customers are meant.
    """
    everybody = select(CUSTOMERS.c.id) if population is None else population
    rated, own, terms = RATINGS.alias("rated"), LIMITS.alias("own"), present_terms().subquery("terms")
    turned = turnover(day, everybody)
    joined = (
        CUSTOMERS.outerjoin(rated, rated.c.id == _newest_rating(day))
        .outerjoin(terms, terms.c.id == rated.c.class_id)
        .outerjoin(own, own.c.id == _newest_limit(day))
    )
    amount: Any = null()
    if turned is not None:
        joined = joined.outerjoin(turned, turned.c.customer_id == CUSTOMERS.c.id)
        amount = func.coalesce(turned.c.turnover, sql_int(0))
    limit, origin = _limit(terms, own, amount, turned is not None)
    statement = select(
        CUSTOMERS.c.id.label("customer_id"),
        rated.c.id.label("rating_id"),
        rated.c.valid_from.label("rated_from"),
        rated.c.review_on,
        rated.c.reason.label("rating_reason"),
        terms.c.id.label("class_id"),
        terms.c.key.label("class_key"),
        terms.c.position,
        terms.c.tone,
        terms.c.delivery,
        terms.c.days,
        terms.c.deposit,
        terms.c.security,
        terms.c.amount.label("class_amount"),
        terms.c.share,
        amount.label("turnover"),
        own.c.id.label("own_id"),
        own.c.valid_to.label("own_to"),
        limit.label("limit"),
        origin.label("limit_origin"),
    ).select_from(joined)
    return statement if population is None else statement.where(CUSTOMERS.c.id.in_(population))


def _limit(terms: Any, own: Any, amount: Any, known: bool) -> tuple[Any, Any]:
    """The limit, and where it comes from. Not rated: 0, whatever was approved (cash only until rated)."""
    of_turnover = terms.c.limit_kind == TURNOVER
    if known:
        share = sql_divide(amount * sql_divide(terms.c.share, sql_int(100)), sql_int(PARTS))
        part: Any = case((share < terms.c.amount, share), else_=terms.c.amount)
    else:
        part = sql_int(0)
    limit = case(
        (terms.c.id.is_(None), sql_int(0)),
        (own.c.id.is_not(None), own.c.amount),
        (terms.c.delivery != ON_CREDIT, sql_int(0)),
        (of_turnover, part),
        else_=terms.c.amount,
    )
    origin = case(
        (terms.c.id.is_(None), literal(NO_CLASS)),
        (own.c.id.is_not(None), literal(OWN)),
        (of_turnover, literal(OF_TURNOVER if known else NO_TURNOVER)),
        else_=literal(OF_CLASS),
    )
    return limit, origin
