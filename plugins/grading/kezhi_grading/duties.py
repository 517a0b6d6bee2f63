"""What grading asks people to do: schemes are reviewed, customers are told their grades (GRD-01, GRD-13, TSK-01)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for
from sqlalchemy import Select, Text, case, cast, literal, null, select

from kezhi import clock, db, setting
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.services import user_by_id, user_named, users_with_role
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.tasks.contributions import Occasion, TaskKind
from kezhi.builtin.tasks.services import last_done
from kezhi.builtin.tasks.todo import end_of
from kezhi.db import BigInt, UtcDateTime

from .models import CustomerNotice, SchemeVersion
from .services.notices import TASK, still_owed
from .services.schemes import latest_versions, scheme_of

REVIEW = "grading.review"
UNSCOPED = {"kezhi_unscoped": True}
AHEAD = timedelta(days=30)  #: how long before its date a review becomes a task
#: who reviews a scheme whose author left, or that came with the product
REVIEWERS = ("data-analyst", "sales-manager", "sales-director")


def kinds() -> list[TaskKind]:
    """The kinds of duties that grading makes."""
    return [
        TaskKind(
            REVIEW,
            _l("Review a grading scheme"),
            page=lambda key: url_for("grading.scheme", key=key),
            icon="award",
            clause="GRD-01",
            may_close=True,
            duties=reviews,
        ),
        TaskKind(
            TASK,
            _l("Send the notice of its grade to a customer"),
            page=lambda customer_id: url_for("customers.show", customer_id=int(customer_id)),
            icon="envelope",
            clause="GRD-13",
            duties=notices,
        ),
    ]


def notices() -> Select[Any]:
    """The notices that are not sent yet: a task of who is in charge of the customer, due by the notice's day.

    A customer without an owner is nobody's task; its page shows the notice all the same.
    """
    notice: Any = CustomerNotice
    owed = still_owed()
    days = db.session.scalars(select(notice.due_on).where(owed).distinct(), execution_options=UNSCOPED).all()
    # without a notice it is still an instant: PostgreSQL asks what a NULL would be
    instants = [(notice.due_on == day, literal(end_of(day), UtcDateTime)) for day in days]
    due: Any = case(*instants) if instants else cast(null(), UtcDateTime)
    nobody: Any = cast(null(), BigInt)
    return (
        select(
            (cast(notice.run_id, Text) + ":" + cast(notice.customer_id, Text)).label("slot"),
            due.label("due_at"),
            Customer.owner_id.label("owner_id"),
            nobody.label("department_id"),
            (Customer.name + " · " + notice.grade).label("subject"),
            cast(notice.customer_id, Text).label("reference"),
            notice.customer_id.label("customer_id"),
        )
        .join(Customer, Customer.id == notice.customer_id)
        .where(owed, Customer.owner_id.is_not(None))
    )


def reviews() -> Sequence[Occasion]:
    """The reviews that are due within a month or overdue. A newer version, or saying it is done, settles one."""
    done = last_done(REVIEW)
    latest = clock.today() + AHEAD
    found = []
    for row in latest_versions():
        due = review_on(row, done.get(row.key))
        owner = reviewer_of(row) if due <= latest else None
        if owner is not None:
            slot = f"{row.key}:{row.version}:{due.isoformat()}"
            found.append(Occasion(slot, end_of(due), owner, subject=_title(row), reference=row.key))
    return found


def review_on(row: SchemeVersion, done_at: datetime | None = None) -> date:
    """By when a scheme is reviewed: its months after it was loaded, or after it was reviewed last."""
    since = row.loaded_at if done_at is None else max(row.loaded_at, done_at)
    return months_after(clock.local(since).date(), scheme_of(row).review_months)


def months_after(day: date, months: int) -> date:
    """The same day some months later; the last of a shorter month."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def reviewer_of(row: SchemeVersion) -> int | None:
    """Whose duty a review is: who loaded the scheme, else the first person who may load one; None when nobody may."""
    author = user_named(row.loaded_by)
    if author is not None and author.id is not None and author.can("grading.schemes"):
        return author.id
    for role in REVIEWERS:
        for account in users_with_role(role):
            person = user_by_id(account.id)
            if person is not None and person.can("grading.schemes"):
                return person.id
    return None


def _title(row: SchemeVersion) -> str:
    """The title in the company's language: the task keeps it as text."""
    titles: Any = row.title
    wanted = "zh" if str(setting("kezhi", "locale")).startswith("zh") else "en"
    return str(titles.get(wanted) or titles.get("zh") or row.key)
