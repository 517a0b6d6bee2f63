"""A grave complaint is offered to the register of disputes of the app that keeps one (TRD-09)."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for

from kezhi import NotFound, Refused, acting_user, can, clock, db, visible, visible_ids, writing
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import looks_only
from kezhi.i18n import _, lazy_pgettext

from ..access import READ
from ..models import GRAVE, NOTED, VALID, Complaint
from .finding import complaint_by_id
from .history import add_event
from .people import barred


def offered(complaint: Complaint) -> dict[str, Any] | None:
    """The dispute that a complaint became, or may become: ``number``, ``url``, ``may_enter``. None where there is
    nothing to say: it is not grave, of no customer that one sees, or no app keeps disputes."""
    if not _is_grave(complaint) or not _sees_customer(complaint):
        return None
    call = current_app.extensions["kezhi"].call
    found: dict[str, Any] | None = call.complaint_dispute(number=complaint.number, customer_id=complaint.customer_id)
    if found is None:
        return None
    hindered = looks_only(complaint) or acting_user().id in barred(complaint)
    return {**found, "may_enter": found["may_enter"] and not hindered}


def enter_dispute(complaint_id: int) -> str:
    """Enter a grave complaint as a dispute, in the acting person's name; the number of the dispute.

    Errors: ``NotFound`` for who may not, or where no app keeps disputes; ``Refused`` when it was entered already.
    """
    with writing():
        complaint = complaint_by_id(complaint_id)
        found = offered(complaint)
        if found is None or not (found["may_enter"] or found["number"]):
            raise NotFound(_("There is no such page."))
        if found["number"]:
            raise Refused(_("It is in the register of disputes already."))
        number = current_app.extensions["kezhi"].call.enter_complaint_dispute(
            number=complaint.number,
            customer_id=complaint.customer_id,
            happened_on=complaint.happened_on or clock.local(complaint.received_at).date(),
            subject=subject_of(complaint),
        )
        add_event(complaint, NOTED, _("Entered into the register of disputes as %(number)s.", number=number))
        return str(number)


def subject_of(complaint: Complaint) -> str:
    """What the dispute is called. Whoever sees the customer reads it, also a person complained about: of a complaint
    about somebody of ours it tells nothing."""
    return complaint.subject if complaint.accused_id is None else str(lazy_pgettext("dispute", "A grave complaint"))


def url_of(number: str) -> str:
    """The address of a complaint, for who sees it."""
    if not can(READ):
        return ""
    seen = visible(Complaint).where(Complaint.number == number).with_only_columns(Complaint.id)
    found = db.session.execute(seen).scalar_one_or_none()
    return url_for("complaints.show", complaint_id=found) if found is not None else ""


def _is_grave(complaint: Complaint) -> bool:
    return complaint.customer_id is not None and (complaint.validity, complaint.severity) == (VALID, GRAVE)


def _sees_customer(complaint: Complaint) -> bool:
    ids = visible_ids(Customer)
    seen = visible(Customer).where(Customer.id == complaint.customer_id).with_only_columns(Customer.id)
    return ids is None or db.session.execute(seen).first() is not None
