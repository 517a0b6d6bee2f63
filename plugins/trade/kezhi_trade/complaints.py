"""Disputes that come from grave complaints, for the app that keeps complaints (TRD-09): nothing of it is imported."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import current_app, url_for

from kezhi import acting_user, db, visible
from kezhi.builtin.customers.services import may_change

from .models import SERIOUS, Dispute
from .services.disputes import create_dispute, number_of_complaint


def dispute_of(complaint: str, customer_id: int) -> dict[str, Any]:
    """The dispute that a complaint became, and whether the acting person may enter it as one."""
    number = number_of_complaint(complaint)
    url = ""
    if number is not None and acting_user().can("trade.read"):
        seen = visible(Dispute).where(Dispute.complaint == complaint).with_only_columns(Dispute.id)
        found = db.session.execute(seen).scalar_one_or_none()
        url = url_for("trade.dispute", dispute_id=found) if found is not None else ""
    may_enter = number is None and may_change(customer_id, "trade.dispute")
    return {"number": number or "", "url": url, "may_enter": may_enter}


def enter_dispute(complaint: str, customer_id: int, happened_on: date, subject: str) -> str:
    """Enter a complaint as a serious dispute; its number. Errors: as of ``create_dispute``."""
    values = {"customer_id": customer_id, "happened_on": happened_on, "subject": subject, "gravity": SERIOUS}
    return create_dispute(values, complaint).number


def complaint_url(dispute: Dispute) -> str:
    """The page of the complaint that a dispute comes from; empty for who does not see that one."""
    kernel = current_app.extensions["kezhi"]
    if not dispute.complaint or "complaints" not in kernel.plugins:
        return ""
    return str(kernel.call.complaint_url(number=dispute.complaint) or "")
