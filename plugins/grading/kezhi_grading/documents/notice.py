"""The written notice to a customer of its grade (客户等级通知书): a letter that the customer itself reads.

It says nothing of weights, points, other customers or figures of the company's own, and names no colleagues.
"""

from __future__ import annotations

from kezhi import Refused, db, localised
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.documents.contributions import Content

from ..quantities import for_people
from ..services.explanation import Explanation, explain_customer
from ..services.queries import run_by_number
from ..words import _
from .shared import period_of, published

#: figures that a customer knows from its own orders; all others (margins, payment, potential) stay in the company
KNOWN_TO_CUSTOMERS = frozenset({
    "trade.order_amount", "trade.order_count", "trade.days_since_last_order", "trade.last_order",
    "trade.years_together", "trade.continuity",
})  # fmt: skip


def notice(customer_id: int, variant: str) -> Content:
    """The content of the letter; ``variant`` is the number of the run."""
    run = published(run_by_number(int(variant)) if variant.isascii() and variant.isdigit() else None)
    found = explain_customer(run, customer_id)
    if found.grade is None:
        raise Refused(_("The customer has no grade in run %(number)s: there is nothing to write.", number=run.number))
    customer = db.session.get_one(Customer, customer_id)
    title = localised(found.grade.title)
    grade = title if found.grade.key in title else f"{found.grade.key} {title}".strip()
    day = str(run.effective_from)
    reasons, others = reasons_for_customer(found)
    data = {
        "name": customer.name,
        "address": " ".join(part for part in (customer.postal_code, customer.city, customer.address) if part),
        "person": customer.contact_name,
        "greeting": _("Dear customer,"),
        "opening": _("We review our co-operation with every customer regularly. The grade of your company for "
                     "the period %(period)s is: %(grade)s.", period=period_of(run), grade=grade),
        "grade": found.grade.key,
        "tone": found.grade.tone,
        "facts": [[_("Grade"), grade], [_("In force from"), day], [_("Period"), period_of(run)]],
        "reasons-title": _("Reasons"),
        "reasons": reasons,
        "others": others,
        "services-title": _("Services that follow"),
        "services": _("From %(day)s on our services to you are those of your grade (%(grade)s). Your contact person in "
                      "our sales department goes through them with you and answers your questions.",
                      day=day, grade=grade),
        "closing": _("We thank you for your trust and look forward to working with you."),
        "sender": _("Sales department"),
    }  # fmt: skip
    return Content(customer.name, data, note=period_of(run))


def reasons_for_customer(found: Explanation) -> tuple[list[list[str]], str]:
    """The figures that the customer knows itself, and a sentence when others beside them counted."""
    counted = [line for line in found.lines if line.missing != "excluded"]
    known = [
        [localised(line.criterion.title), for_people(line.value, line.criterion.unit, found.version.currency)]
        for line in counted
        if line.criterion.metric in KNOWN_TO_CUSTOMERS and line.missing is None
    ]
    if not known:
        return [], _("The grade follows from an overall view of our co-operation in this period.")
    if len(known) < len(counted):
        return known, _("Further aspects of our co-operation were taken into account as well.")
    return known, ""
