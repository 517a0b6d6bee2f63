"""Which signs of risk hold at rated customers on a day, as one select over all of them (CRD-06).

A sign is judged only where what it needs is known: without a source of receivables, or without the figure of orders,
its alerts stay as they are. Unknown is not well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, Select, String, case, cast, func, literal, select, union_all

from kezhi import BigInt, Metric, Period, setting
from kezhi.figures import days_between, sql_divide, sql_int
from kezhi.metrics import all_metrics
from kezhi.money import LARGEST

from ..models import EXPIRED, LOWERED, ON_CREDIT, ORDERS, OVER, OVERDUE, USED
from . import exposure
from .classes import CLASSES
from .investigations import latest_on
from .position import position
from .standing import OWN, RATINGS, ratings_on


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs that can be judged, and the select of those that hold: ``customer_id, sign, since, figure``."""

    judged: tuple[str, ...]
    holding: Select[Any]


def signs_on(day: date) -> Signs:
    """What holds on a day at every rated customer."""
    rated = ratings_on(day).subquery("rated")
    population = select(rated.c.customer_id).where(rated.c.class_id.is_not(None))
    parts, judged = [_lowered(day), _expired(day, population)], [LOWERED, EXPIRED]
    if exposure.is_known():
        parts += _owing(day, population)
        judged += [USED, OVER, OVERDUE]
    metric = all_metrics().get(str(setting("credit", "watch_orders_metric") or ""))
    if metric is not None:
        parts.append(_fallen(day, metric, population))
        judged.append(ORDERS)
    found = union_all(*parts).subquery("signs")
    return Signs(tuple(judged), select(*found.c))


def _row(source: Any, customer_id: Any, sign: str, since: Any, figure: Any) -> Select[Any]:
    columns = (
        customer_id.label("customer_id"),
        literal(sign, String()).label("sign"),
        since.label("since"),
        figure.label("figure"),
    )
    return select(*columns).select_from(source)


def _owing(day: date, population: Select[Any]) -> list[Select[Any]]:
    """What is owed, beside the limit."""
    now = position(day, population).cte("watched")
    c, since = now.c, literal(day, Date())
    # a class that ships on payment has no limit, and an order of its customer is no debt: only what left unpaid counts
    credited = (c.delivery == ON_CREDIT) | (c.limit_origin == OWN)
    unpaid = c.receivables + c.shipped_not_invoiced - c.deposits
    above = case((credited, c.used - c.limit), else_=unpaid - c.limit)
    most = int(setting("credit", "watch_used"))
    much = (c.limit > 0) & (above <= 0) & (c.used * 100 > c.limit * most)
    return [
        _row(now, c.customer_id, USED, since, sql_divide(c.used * 100, c.limit)).where(much),
        _row(now, c.customer_id, OVER, since, above).where(above > 0),
        _row(now, c.customer_id, OVERDUE, since, c[exposure.DAYS]).where(
            c[exposure.DAYS] > int(setting("credit", "watch_overdue_days"))
        ),
    ]


def _lowered(day: date) -> Select[Any]:
    """The rating in force stands below the one before it, and not for too long yet."""
    window = {"partition_by": RATINGS.c.customer_id, "order_by": (RATINGS.c.valid_from, RATINGS.c.id)}
    place = CLASSES.c.position
    joined = RATINGS.outerjoin(CLASSES, CLASSES.c.id == RATINGS.c.class_id)
    steps = (
        select(RATINGS.c.id, place.label("place"), func.lag(place).over(**window).label("before"))
        .select_from(joined)
        .where(RATINGS.c.valid_from <= day)
        .subquery("steps")
    )
    rated = ratings_on(day).subquery("rated_now")
    both = rated.join(steps, steps.c.id == rated.c.id)
    first = day - timedelta(days=int(setting("credit", "watch_lowered_days")))
    lost = steps.c.place - steps.c.before
    return _row(both, rated.c.customer_id, LOWERED, rated.c.valid_from, cast(lost, BigInt)).where(
        lost > 0, rated.c.valid_from >= first
    )


def _expired(day: date, population: Select[Any]) -> Select[Any]:
    """The newest investigation holds no more, and nobody has done another one."""
    latest = latest_on(day).subquery("investigated")
    c = latest.c
    over = days_between(literal(day, Date()), c.valid_until)
    return _row(latest, c.customer_id, EXPIRED, literal(day, Date()), cast(over, BigInt)).where(
        over > int(setting("credit", "watch_expired_days")), c.customer_id.in_(population)
    )


def _fallen(day: date, metric: Metric, population: Select[Any]) -> Select[Any]:
    """Orders of the last span against those of the span before."""
    length = timedelta(days=int(setting("credit", "watch_orders_days")))
    one = timedelta(days=1)
    spans = (Period(day - length + one, day), Period(day - 2 * length + one, day - length))
    now, before = (metric.select(span, population).subquery() for span in spans)
    whose, base = list(before.c)[:2]
    mine, value = list(now.c)[:2]
    base, left = _within(base), _within(func.coalesce(value, sql_int(0)))
    fall = int(setting("credit", "watch_orders_fall"))
    sharp = (base > 0) & (left * 100 <= base * (100 - fall))
    figure = 100 - sql_divide(left * 100, base)
    joined = before.outerjoin(now, mine == whose)
    return _row(joined, whose, ORDERS, literal(day, Date()), figure).where(sharp)


def _within(value: Any) -> Any:
    """An amount of a metric, in bounds: products with percentages stay inside 64 bits."""
    return case((value > sql_int(LARGEST), sql_int(LARGEST)), (value < sql_int(0), sql_int(0)), else_=value)
