"""Rating customers in classes, by date (CRD-01, CRD-07, CRD-08)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from sqlalchemy import select

from kezhi import NotFound, Refused, acting_user, announce, audit_record, clock, db, visible
from kezhi.builtin.customers.models import Customer
from kezhi.i18n import _

from ..models import Rating
from .classes import class_by_id
from .standing import ratings_on

LONGEST_REASON = 1000


def seen_customer(customer_id: int | None) -> Customer:
    """The customer, if the acting user sees it. Errors: ``NotFound`` at the field ``customer``."""
    statement = visible(Customer).where(Customer.id == customer_id)
    found: Customer | None = db.session.execute(statement).scalar_one_or_none() if customer_id else None
    if found is None:
        raise NotFound(_("There is no such customer."), field="customer")
    return found


def rate(
    customer_id: int,
    class_id: int | None,
    valid_from: date,
    reason: str,
    *,
    review_on: date | None = None,
    source: str = "page",
) -> Rating:
    """Rate a customer from a day on; without a class it is cash only again.

    ``review_on`` is left to the class's review interval unless given. Errors: ``NotFound`` for a customer the user
    does not see; ``Refused`` naming the field.
    """
    customer = seen_customer(customer_id)
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why the customer is rated so."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_REASON), field="reason")
    if valid_from < clock.today():
        raise Refused(_("A rating takes effect today or later: what was decided before stays as it was."),
                      field="valid_from")  # fmt: skip
    if class_id is None:
        review_on = None
    else:
        row = class_by_id(class_id)
        if row["retired_at"] is not None:
            raise Refused(
                _("The class %(key)s is given no more: choose another one.", key=row["key"]), field="class_id"
            )
        review_on = review_on or months_later(valid_from, row["review_months"])
        if review_on <= valid_from:
            raise Refused(_("The next review comes after the rating takes effect."), field="review_on")
    made = Rating(
        customer_id=customer.id, class_id=class_id, valid_from=valid_from, review_on=review_on, reason=reason,
        source=source, created_at=clock.now(), created_by=acting_user().login,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    announce(Rating, "create", [made.id])
    audit_record("credit.rate", "customer", customer.id, rating=made.id, credit_class=class_id)
    return made


def ratings_of(customer_id: int) -> list[Rating]:
    """Every rating of a customer that the user sees, the latest date first."""
    statement = visible(Rating).where(Rating.customer_id == customer_id)
    return list(db.session.scalars(statement.order_by(Rating.valid_from.desc(), Rating.id.desc())))


def present_class(customer_id: int, day: date | None = None) -> int | None:
    """The id of the class that a customer has on a day, today unless said otherwise."""
    rated = ratings_on(day or clock.today()).subquery()
    found: int | None = db.session.scalar(select(rated.c.class_id).where(rated.c.customer_id == customer_id))
    return found


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
