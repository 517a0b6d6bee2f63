"""What stands beside the form of a complaint, and how a registration is shown."""

from __future__ import annotations

from typing import Any

from flask import g
from sqlalchemy import select

from kezhi import Refused, acting_user, can, db, visible
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.accounts.services import department_name
from kezhi.builtin.customers.models import Customer
from kezhi.i18n import _

from . import services
from .access import HANDLE, REGISTER
from .models import OPEN_STATES, Complaint
from .services.checking import running_investigation
from .services.entries import ENTRIES, sql_title
from .words import STATE_TONES, STATE_WORDS
from .words_feedback import FIELD_WORDS

ACCOUNTS: Any = Account.__table__


def beside(customer: str, phone: str, *, but: int | None = None) -> dict[str, Any]:
    """Who is meant, or may be; what they complained about lately, and what came from this telephone number.

    At most six statements, all of what the acting person sees.
    """
    found: dict[str, Any] = {"meant": None, "suggestions": [], "of_customer": [], "of_phone": [], "asked": customer}
    if customer.strip():
        try:
            found["meant"] = services.customer_meant(customer)
        except Refused:
            found["suggestions"] = services.suggested(customer)
    if found["meant"] is not None:
        found["of_customer"] = services.recent(customer_id=found["meant"].id, but=but)
    if phone.strip():
        known = {row.id for row in found["of_customer"]}
        found["of_phone"] = [row for row in services.recent(phone=phone, but=but) if row.id not in known]
    return {**found, "phone_given": bool(phone.strip()), "state_words": STATE_WORDS, "state_tones": STATE_TONES}


def sees_customer(complaint: Complaint) -> bool:
    """Whether the acting person sees whose complaint it is, or it is nobody's."""
    return complaint.customer_id is None or _customer(complaint) is not None


def customer_named(complaint: Complaint) -> str:
    """The code by which the form names the customer; empty for none."""
    customer = _customer(complaint)
    return "" if customer is None else str(customer.code or customer.prospect_number or customer.name)


def _customer(complaint: Complaint) -> Any:
    if complaint.customer_id is None:
        return None
    return db.session.scalars(visible(Customer).where(Customer.id == complaint.customer_id)).one_or_none()


def registration_of(complaint: Complaint) -> dict[str, Any]:
    """What ``_registration.html`` shows: the names behind the ids, what was corrected, and what it came from."""
    titles = {
        row.id: row.title
        for row in db.session.execute(
            select(ENTRIES.c.id, sql_title(ENTRIES).label("title")).where(
                ENTRIES.c.id.in_([complaint.kind_id, complaint.channel_id])
            )
        )
    }
    people = {
        row.id: row.name
        for row in db.session.execute(
            select(ACCOUNTS.c.id, ACCOUNTS.c.name).where(
                ACCOUNTS.c.id.in_([each for each in (complaint.accused_id, complaint.received_by_id) if each])
            )
        )
    }
    registration = {
        "kind": titles.get(complaint.kind_id, ""),
        "channel": titles.get(complaint.channel_id, ""),
        "accused": people.get(complaint.accused_id, ""),
        "department": department_name(complaint.department_id),
        "received_by": people.get(complaint.received_by_id, "") or _("The public page"),
        "feedback": services.feedback_of_complaint(complaint.id),
        "phone": phone_shown(complaint, complaint.phone),
        "may_call": may_call(complaint),
        "may_correct": can(REGISTER) and complaint.state in OPEN_STATES,
    }
    return {"registration": registration, "panels": _panels(complaint)}


def may_call(complaint: Complaint) -> bool:
    """Whether somebody needs the complainant's telephone number: who takes complaints down or handles them, who took
    this one down, and its investigator. Others who see the complaint see how the number ends."""
    user = acting_user()
    if user.can(HANDLE) or user.can(REGISTER) or user.id in (complaint.handler_id, complaint.received_by_id):
        return True
    running = running_investigation(complaint)
    return running is not None and running.investigator_id == user.id


def phone_shown(complaint: Complaint, phone: str) -> str:
    """A telephone number as the acting person may read it: ``139 **** 7718`` for who has no call to make."""
    return phone if may_call(complaint) else masked(phone)


def masked(phone: str) -> str:
    """All but the first three and the last four digits; of a short number nothing."""
    digits = [character for character in phone if character.isdigit()]
    return f"{''.join(digits[:3])} **** {''.join(digits[-4:])}" if len(digits) > 8 else "****"


def _panels(complaint: Complaint) -> list[Any]:
    """What apps show beside a complaint, its files among it."""
    kept: list[Any] | None = g.get("kezhi_complaint_panels")
    if kept is None:
        from kezhi.builtin.customers.pages import panels

        kept = g.kezhi_complaint_panels = panels(complaint, acting_user())  # type: ignore[arg-type]
    return kept


def corrections_shown(corrections: list[Any]) -> list[tuple[Any, str, str]]:
    """What an event of kind ``changed`` changed, as people read it: field, old and new value."""
    ids = {name: {int(text) for row in corrections if row.field == name for text in (row.old, row.new) if text}
           for name in ("kind_id", "channel_id", "accused_id", "department_id", "customer_id")}  # fmt: skip
    names: dict[str, dict[int, str]] = {}
    for name, wanted in ids.items():
        names[name] = _names(name, wanted) if wanted else {}

    def text(field: str, value: str) -> str:
        if field in names:
            return names[field].get(int(value), "…") if value else ""
        return str(_("Yes")) if field == "anonymous" and value else value

    return [
        (FIELD_WORDS.get(row.field, row.field), text(row.field, row.old), text(row.field, row.new))
        for row in corrections
    ]


def _names(field: str, ids: set[int]) -> dict[int, str]:
    if field in ("kind_id", "channel_id"):
        statement: Any = select(ENTRIES.c.id, sql_title(ENTRIES).label("name")).where(ENTRIES.c.id.in_(ids))
    elif field == "accused_id":
        statement = select(ACCOUNTS.c.id, ACCOUNTS.c.name).where(ACCOUNTS.c.id.in_(ids))
    elif field == "customer_id":
        statement = visible(Customer).with_only_columns(Customer.id, Customer.name).where(Customer.id.in_(ids))
    else:
        return {each: department_name(each) for each in ids}
    return {row.id: row.name for row in db.session.execute(statement)}
