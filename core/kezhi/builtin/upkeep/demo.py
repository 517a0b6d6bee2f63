"""The demo company keeps its files: most are verified, some are overdue, and everybody's notes come in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import insert, update

from kezhi import acting_as, clock, db, writing

from ..apps.demo import DemoContext
from ..customers.models import Customer
from .demo_copies import make_copies
from .demo_notes import make_notes
from .demo_protection import make_protection
from .models import CORRECTED, UNCHANGED, Verification
from .standing import midnight, present

UNSCOPED = {"kezhi_unscoped": True, "synchronize_session": False}
CORRECTIONS = ("电话已变更，按营业执照复核地址", "更换采购经理，已更新关键人物", "核对统一社会信用代码，补全经营范围")


def make(context: DemoContext) -> None:
    """Files were opened over the last years; of ten, six are verified this quarter, three last quarter, one never."""
    customers = [each["id"] for each in context.notes["customers"]]
    clerk = context.person("customer-information-clerk")
    with acting_as(clerk), writing():
        _opened_long_ago(customers, context)
        _verified(customers, clerk.login)
    make_notes(context)
    make_protection(context)
    make_copies(context)


def _opened_long_ago(customers: list[int], context: DemoContext) -> None:
    for number, customer_id in enumerate(customers):
        day = midnight(context.today - timedelta(days=200 + number * 9)) + timedelta(hours=9)
        statement = update(Customer).where(Customer.id == customer_id).values(created_at=day)
        db.session.execute(statement, execution_options=UNSCOPED)


def _verified(customers: list[int], login: str) -> None:
    now = present()
    rows: list[dict[str, Any]] = []
    for number, customer_id in enumerate(customers):
        days = []
        if number % 10 != 9:
            days.append(now.missed.start + timedelta(days=20 + number) if now.missed else now.today)
        if number % 10 < 6:
            days.append(min(now.span.start + timedelta(days=7 + number), clock.today()))
        for day in days:
            corrected = (number + day.month) % 7 == 0
            rows.append(
                {
                    "customer_id": customer_id,
                    "on_day": day,
                    "at": midnight(day) + timedelta(hours=10, minutes=number),
                    "by": login,
                    "found": CORRECTED if corrected else UNCHANGED,
                    "note": CORRECTIONS[number % len(CORRECTIONS)] if corrected else "",
                }
            )
    db.session.execute(insert(Verification), rows)
