"""Writing a complaint down (CMP-01): one transaction gives it a number, an owner to be and its first event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from kezhi import NotFound, Refused, acting_user, announce, audit_record, can, clock, db, visible, writing
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services.texts import phone_key
from kezhi.builtin.protection.fields import blind
from kezhi.i18n import _
from kezhi.numbers import next_numbers

from ..access import REGISTER
from ..models import CHANNEL, KIND, REGISTERED, Complaint
from .entries import ENTRIES
from .history import add_event

#: what a person may give
FIELDS = (
    "customer_id", "anonymous", "complainant", "phone", "subject", "course", "against", "accused_id", "department_id",
    "kind_id", "channel_id", "product", "reference", "happened_on", "received_at",
)  # fmt: skip
LONGEST = {"complainant": 80, "phone": 40, "subject": 200, "course": 8000, "against": 200, "product": 200,
           "reference": 200}  # fmt: skip


def register(values: Mapping[str, Any]) -> Complaint:
    """Write a complaint down in the acting person's name.

    ``values``: those of ``FIELDS``; ``received_at`` is now unless given. Errors: ``Refused`` with the field;
    ``NotFound`` for who may not register, and for a customer the person does not see.
    """
    if not can(REGISTER):
        raise NotFound(_("There is no such page."))
    now = clock.now()
    with writing():
        complete = checked(values)
        complaint = Complaint(
            **complete,
            number=next_number(),
            phone_key=blind("complaints.phone", phone_key(complete["phone"])),
            received_by_id=acting_user().id,
            state=REGISTERED,
            created_at=now,
            updated_at=now,
        )
        db.session.add(complaint)
        db.session.flush()
        add_event(complaint, REGISTERED, at=complaint.received_at)
        announce(Complaint, "create", [complaint.id])
        audit_record("complaint.register", "complaint", complaint.id, number=complaint.number)
        return complaint


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a complaint as they are stored. Errors: ``Refused`` with the field, ``NotFound``."""
    found: dict[str, Any] = {name: values.get(name) for name in FIELDS}
    for name, most in LONGEST.items():
        found[name] = str(found[name] or "").strip()
        if len(found[name]) > most:
            raise Refused(_("At most %(count)s characters.", count=most), field=name)
    found["anonymous"] = bool(found["anonymous"])
    if found["anonymous"]:
        found["complainant"] = found["phone"] = ""
    elif not found["complainant"]:
        raise Refused(_("Write down the complainant's name, or mark the complaint as anonymous."), field="complainant")
    elif not found["phone"]:
        raise Refused(_("Write down a phone number at which the complainant can be reached."), field="phone")
    if not found["subject"]:
        raise Refused(_("Say who or what is complained about."), field="subject")
    if not found["course"]:
        raise Refused(_("Write down the course of events."), field="course")
    now = clock.now()
    found["received_at"] = found["received_at"] or now
    if found["received_at"] > now:
        raise Refused(_("A complaint cannot be received in the time to come."), field="received_at")
    if found["happened_on"] is not None and found["happened_on"] > clock.today():
        raise Refused(_("What is complained about cannot be of a day to come."), field="happened_on")
    _check_entries(found)
    if found["customer_id"] is not None:
        seen = visible(Customer).where(Customer.id == found["customer_id"]).with_only_columns(Customer.id)
        if db.session.execute(seen).scalar_one_or_none() is None:
            raise NotFound(_("There is no such customer."), field="customer")
    return found


def next_number() -> str:
    """``TS-202611-0018``: counted by month without gaps, reserved in the open transaction."""
    month = clock.today().strftime("%Y%m")
    return f"TS-{month}-{next_numbers(f'complaints.complaint:{month}')[0]:04d}"


def _check_entries(found: Mapping[str, Any]) -> None:
    wanted = [found["kind_id"], found["channel_id"]]
    rows = db.session.execute(
        select(ENTRIES.c.id, ENTRIES.c.list).where(ENTRIES.c.id.in_(wanted), ENTRIES.c.retired_at.is_(None))
    ).all()
    lists = {row.id: row.list for row in rows}
    if lists.get(found["kind_id"]) != KIND:
        raise Refused(_("Choose what kind of complaint it is."), field="kind")
    if lists.get(found["channel_id"]) != CHANNEL:
        raise Refused(_("Choose the channel that it came by."), field="channel")
