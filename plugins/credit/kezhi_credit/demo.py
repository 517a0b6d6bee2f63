"""The demo company's part of this app: most customers are rated, some have limits of their own."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select, update

from kezhi import User, acting_as, audit_record, clock, db, visible, writing
from kezhi.builtin.approvals.services import sign
from kezhi.builtin.apps.demo import DemoContext
from kezhi.builtin.customers.models import Customer

from .models import DONE, NO_MEASURE, SECURITY, SHORTER, Alert, Investigation, Rating
from .services import (
    Said,
    all_classes,
    ask_investigation,
    ask_limit,
    check,
    class_by_key,
    classes_in_use,
    content_of,
    decide,
    decide_sheet,
    fill_in,
    position_of,
    record,
    refresh_all,
    sheet_by_id,
    suggested_key,
    valid_investigation,
    watch,
)
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
#: how long ago it was investigated, what each source said, and what followed
ALL_GOOD = {"registry": "good", "bank": "good", "visit": "good", "references": "good", "court": "good"}
FOUND = (
    (40, (ALL_GOOD, "经营稳定，可按优秀客户授信。")),
    (120, (ALL_GOOD | {"bank": "fair", "references": "fair"}, "总体良好，关注其流动资金。")),
    (352, (ALL_GOOD | {"visit": "fair"}, "经营正常，建议到期前复查。")),
    (400, (ALL_GOOD | {"court": "poor", "bank": "fair"}, "涉诉一起，暂不提高额度。")),
    (15, ({"registry": "good", "bank": "fair", "court": "poor"}, "有被执行记录，建议从严。")),
)
FINDINGS = {
    "registry": {"good": "存续，注册资本已实缴，近两年无股权变更"},
    "bank": {"good": "开户行评价良好，无不良记录", "fair": "授信余额较高，按期还息"},
    "visit": {"good": "厂房设备齐全，开工饱满，库存周转正常", "fair": "开工约七成，成品库存偏高"},
    "references": {"good": "两家供应商均称付款及时", "fair": "一家供应商称付款偶有拖延"},
    "court": {"good": "未查到涉诉和行政处罚", "poor": "上年因货款纠纷被诉，已被列为被执行人"},
}
#: how many classes above the suggested one sales proposed, and why; and what finance said to the first of them
SHEETS = (
    (0, "合作多年，经营稳定，同意按评分定级。"),
    (1, "订货量增长快，建议在评分基础上提高一级。"),
    (0, "经营正常，同意按评分定级。"),
)
DECISIONS = ("", "仍有逾期货款，先按评分定级，结清半年后复评。")
ORDER, KEPT = 28_600_00, ("DD-DEMO-01", "DD-DEMO-02")  #: what was checked today, and for which orders
SHORT = 15  #: days of a term that was shortened
LIMITS = ((150_000_00, 60, "旺季备货，临时增加额度"), (800_000_00, 90, "中标市政项目，分批交货，按进度回款"))


def make(context: DemoContext) -> None:
    """Ratings of the last years in finance's name, and limits that a salesperson asked for."""
    random = Random(20260811)  # noqa: S311 - not for secrets; its own, so that what others make stays the same
    chosen = select(Customer.id).where(Customer.code.is_not(None)).order_by(Customer.code)
    customers = db.session.execute(chosen).all()
    _rate(context, random, [row.id for row in customers])
    _investigate(context, [row.id for row in customers])
    _sheets(context)
    _limits(context, random)
    _watch(context)
    _check(context)
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


def _investigate(context: DemoContext, customers: list[int]) -> None:
    """Investigations of the last year: most hold, one runs out in a few days, one has run out, one is under way.

    Done in the name of who sees the customers; finished investigations are moved back to the day they were made."""
    with acting_as(context.person("sales-manager")) as manager:
        seen = [each for each in _seen(manager) if each in set(customers)][: len(FOUND) + 1]
        for customer, (days, (judged, conclusion)) in zip(seen, FOUND, strict=False):
            with writing():
                asked = ask_investigation(customer, manager.id or 0, context.today, "年度信用复审").id
                said = {key: Said(value, FINDINGS[key][value]) for key, value in judged.items()}
                record(asked, said, context.today, None, conclusion, done=True)
                on = context.today - timedelta(days=days)
                moved = {"investigated_on": on, "valid_until": months_later(on, 12), "due_on": on}
                db.session.execute(update(Investigation).where(Investigation.id == asked).values(**moved))
        if len(seen) > len(FOUND):
            with writing():
                due = context.today + timedelta(days=6)
                ask_investigation(seen[-1], manager.id or 0, due, "首次申请赊销，订单约80万元")


def _seen(user: User) -> list[int]:
    statement = visible(Customer, user).where(Customer.code.is_not(None)).order_by(Customer.code)
    return list(db.session.scalars(statement.with_only_columns(Customer.id)))


def _sheets(context: DemoContext) -> None:
    """One sheet is decided as proposed, one otherwise, one waits for finance."""
    with acting_as(context.person("sales-manager")) as manager:
        valid = visible(Investigation, manager).where(
            Investigation.state == DONE, Investigation.valid_until >= context.today
        )
        customers = list(
            dict.fromkeys(each.customer_id for each in db.session.scalars(valid.order_by(Investigation.id)))
        )
        filled = []
        for customer, (better, opinion) in zip(customers, SHEETS, strict=False):
            filled.append(fill_in(customer, _proposed(customer, better), opinion).id)
    with acting_as(context.person("finance")):
        for sheet_id, reason in zip(filled, DECISIONS, strict=False):
            sheet = sheet_by_id(sheet_id)
            given = class_by_key(sheet.suggested_key)["id"] if reason and sheet.suggested_key else sheet.proposed_id
            decide_sheet(sheet_id, given, reason)


def _proposed(customer: int, better: int) -> int:
    """The class that the score suggests, or one so many steps above it."""
    investigation, classes = valid_investigation(customer), classes_in_use()
    key = suggested_key(content_of(customer, investigation)) if investigation is not None else ""
    place = next((place for place, each in enumerate(classes) if each["key"] == key), 1)
    return int(classes[max(place - better, 0)]["id"])


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


def _check(context: DemoContext) -> None:
    """Orders of today were checked; for the first that may be shipped the credit is kept until tomorrow."""
    with acting_as(context.person("finance")):
        rated = select(Rating.customer_id).distinct().order_by(Rating.customer_id)
        orders = iter(KEPT)
        order = next(orders)
        for customer in db.session.scalars(rated).all():
            if check(customer, ORDER, order, reserve=True).reservation_id is not None:
                order = next(orders, "")
                if not order:
                    return
