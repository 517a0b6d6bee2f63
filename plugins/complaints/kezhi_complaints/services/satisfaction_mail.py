"""The question after closing by e-mail: its link is made when the e-mail is written and stands nowhere else."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urljoin

from flask import current_app, url_for
from flask_babel import force_locale
from sqlalchemy import select, update

import kezhi
from kezhi import SYSTEM, acting_as, clock, db, setting, writing
from kezhi.builtin.customers.models import Contact
from kezhi.builtin.customers.services.texts import phone_key
from kezhi.builtin.protection.fields import blinds
from kezhi.builtin.tasks.services import can_write_to_others, write_to_other
from kezhi.db import end_reading
from kezhi.i18n import _
from kezhi.jobs import enqueue

from ..models import Complaint, Satisfaction
from .satisfaction import COMPLAINTS, TABLE, days_valid, hashed, is_asked_about, put_question

JOB = "complaints.ask"
UNSCOPED = {"kezhi_unscoped": True}


def ask_by_itself(complaint: Complaint) -> Satisfaction | None:
    """After closing: the question goes out by e-mail where the company wants it and the address is known.

    Inside ``writing()``. Without an address the page of the complaint offers the link, and the answer by phone.
    """
    if not setting("complaints", "ask_satisfaction") or not is_asked_about(complaint) or not can_write_to_others():
        return None
    email = email_of(complaint)
    if not email:
        return None
    with acting_as(SYSTEM):  # it goes out, whatever becomes of who closed it
        asked = put_question(complaint, email=email)
        enqueue(JOB, payload={"id": asked.id})
    return asked


def email_of(complaint: Complaint) -> str:
    """The e-mail address of the complainant, if they are a contact of the customer with the same telephone number."""
    keys = _phone_keys(phone_key(complaint.phone or ""))
    if not keys or complaint.customer_id is None:
        return ""
    contact = Contact.__table__.c
    mine = (contact.customer_id == complaint.customer_id) & contact.phone_key.in_(keys) & contact.left_on.is_(None)
    rows = select(Contact).where(mine).order_by(contact.id)
    found = db.session.scalars(rows, execution_options=UNSCOPED)
    return next((str(each.email) for each in found if each.email), "")


def _phone_keys(phone: str) -> list[str]:
    """What a contact with this number has as its blind index: by any key in use, or none yet."""
    return [*blinds("phone", phone), phone] if phone else []


def send(task: kezhi.Task) -> None:
    """The job: a new code each time it is tried, then the e-mail; what was answered or has ended meanwhile is left."""
    asked_id, code = int(task.payload.get("id", 0)), secrets.token_urlsafe(32)
    waits = (TABLE.c.id == asked_id) & TABLE.c.answered_at.is_(None) & TABLE.c.ended_at.is_(None)
    with acting_as(SYSTEM), writing():
        made: Any = db.session.execute(
            update(TABLE)
            .where(waits, TABLE.c.sent_at.is_(None))
            .values(code_hash=hashed(code), expires_at=clock.now() + days_valid())
        )
    if made.rowcount == 1:
        statement = select(Satisfaction).where(Satisfaction.id == asked_id)
        email = db.session.scalars(statement, execution_options=UNSCOPED).one().email
        rows = select(COMPLAINTS.c.number).join(TABLE, TABLE.c.complaint_id == COMPLAINTS.c.id)
        number = str(db.session.scalar(rows.where(TABLE.c.id == asked_id)))
        site = str(setting("tasks", "site_address") or "")
        with current_app.test_request_context(base_url=site):
            path = url_for("complaints.satisfaction", token=code)
        with force_locale(str(setting("kezhi", "locale"))):
            subject = _("Your complaint %(number)s: are you satisfied?", number=number)
            body = _("We have closed your complaint %(number)s. Please tell us by this link how satisfied you are. It "
                     "works once, for %(days)s days:", number=number, days=days_valid().days)  # fmt: skip
        end_reading()
        write_to_other(email, subject, f"{body}\n\n{urljoin(site, path)}")
    with task.effect():
        db.session.execute(update(TABLE).where(waits).values(sent_at=clock.now()))
