"""The demo company's part of this app: most customers are rated, some have limits of their own."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select

from kezhi import acting_as, audit_record, clock, db, visible, writing
from kezhi.builtin.approvals.services import sign
from kezhi.builtin.apps.demo import DemoContext
from kezhi.builtin.customers.models import Customer

from .models import NO_MEASURE, SECURITY, SHORTER, Alert, Rating
from .services import all_classes, ask_limit, decide, position_of, refresh_all, watch
from .services.ratings import months_later

#: Of twenty customers so many are in each class; one is not rated.
OF_TWENTY = (("A", 5), ("B", 8), ("C", 4), ("D", 2), (None, 1))
REASONS = {
    "A": "合作多年，付款及时，无争议",
    "B": "付款基本按期，财务状况稳定",
    "C": "近半年两次逾期，需关注",
    "D": "多次拖欠，现款现货",
}
MEASURES = (
    (SHORTER, "账期缩短为15天，逾期款结清后恢复"),
    (SECURITY, "由母公司出具担保函后继续发货"),
    (NO_MEASURE, "客户已付承诺函，本周内付清"),
)
SHORT = 15  #: days of a term that was shortened
LIMITS = ((150_000_00, 60, "旺季备货，临时增加额度"), (800_000_00, 90, "中标市政项目，分批交货，按进度回款"))


def make(context: DemoContext) -> None:
    """Ratings of the last years in finance's name, and limits that a salesperson asked for."""
    random = Random(20260811)  # noqa: S311 - not for secrets; its own, so that what others make stays the same
    chosen = select(Customer.id).where(Customer.code.is_not(None)).order_by(Customer.code)
    customers = db.session.execute(chosen).all()
    _rate(context, random, [row.id for row in customers])
    _limits(context, random)
    _watch(context)
    refresh_all()  # ratings of the past were written as they stood, without telling anybody


def _rate(context: DemoContext, random: Random, customers: list[int]) -> None:
    """Written as they were decided then: what takes effect on a day that is over cannot be entered any more."""
    known = {each["key"]: each for each in all_classes()}
    deal = [key for key, count in OF_TWENTY for _time in range(count)]
    rows: list[dict[str, Any]] = []
    lately = context.today - timedelta(days=30)
    with acting_as(context.person("finance")) as finance, writing():
        for customer in customers:
            key = random.choice(deal)
            since = context.today - timedelta(days=random.randrange(20, 420))
            if key is None or key not in known:
                continue
            if key == "C" and all(each["class_id"] != known["C"]["id"] for each in rows):
                since = lately  # lowered of late, which the watch tells of
            row = {"customer_id": customer, "class_id": known[key]["id"], "valid_from": since, "source": "demo",
                   "review_on": months_later(since, known[key]["review_months"]), "reason": REASONS[key],
                   "created_at": clock.now(), "created_by": finance.login}  # fmt: skip
            if key == "C":  # a better class before
                was = {"class_id": known["B"]["id"], "valid_from": since - timedelta(days=300), "reason": REASONS["B"]}
                rows.append(row | was | {"review_on": months_later(was["valid_from"], 12)})
            rows.append(row)
        if rows:
            db.session.execute(insert(Rating), rows)
        audit_record("credit.rate", "customer", "demo", count=len(rows))


def _limits(context: DemoContext, random: Random) -> None:
    """The first one is signed, the second waits for the general manager. Asked for by who sees the customers."""
    with acting_as(context.person("sales-manager")):
        seen = (
            visible(Customer).where(Customer.code.is_not(None)).order_by(Customer.code).with_only_columns(Customer.id)
        )
        customers = list(db.session.scalars(seen))
        wanted = random.sample(customers, min(len(LIMITS), len(customers)))
        asked = []
        for customer, (amount, days, reason) in zip(wanted, LIMITS, strict=False):
            until = context.today + timedelta(days=days)
            asked.append(ask_limit(customer, amount, context.today, until, reason).request_id)
    with acting_as(context.person("sales-director")):
        for request_id in asked:
            sign(request_id or 0, "同意")


def _watch(context: DemoContext) -> None:
    """The watch has run once, and finance has decided about most of what it found."""
    with writing():
        watch()
    found = select(Alert.customer_id).where(Alert.ended_on.is_(None)).distinct().order_by(Alert.customer_id)
    with acting_as(context.person("finance")):
        for place, customer in enumerate(db.session.scalars(found).all()):
            if place % 4:
                kind, reason = MEASURES[place % len(MEASURES)]
                term = position_of(customer)["days"] or 0
                if kind == SHORTER and term <= SHORT:  # nothing to shorten
                    kind, reason = MEASURES[1]
                with writing():
                    decide(customer, kind, reason, SHORT if kind == SHORTER else None)
