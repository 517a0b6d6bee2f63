"""A complaint, and everything that happened to it (CMP-01, CMP-10)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, Json, UtcDateTime
from kezhi.builtin.protection.fields import Protected, guard

from .base import Base

#: states, in the order of a complaint's life; ``WITHDRAWN`` ends it at any time before it is closed
REGISTERED, ACCEPTED, INVESTIGATING, PLANNED = "registered", "accepted", "investigating", "planned"
IN_PROGRESS, ANSWERED, CONFIRMED, CLOSED, WITHDRAWN = "in_progress", "answered", "confirmed", "closed", "withdrawn"
STATES = (REGISTERED, ACCEPTED, INVESTIGATING, PLANNED, IN_PROGRESS, ANSWERED, CONFIRMED, CLOSED, WITHDRAWN)
OPEN_STATES = STATES[:7]

#: the judgement (CMP-03) and, of a valid and of an invalid complaint, its severity or kind (CMP-04)
VALID, INVALID = "valid", "invalid"
GRAVE, ORDINARY, MALICIOUS = "grave", "ordinary", "malicious"
#: the six grounds of an invalid complaint, in the order of the policy
FACTS_DIFFER, OUTSIDE_PROMISES, QUARREL = "facts_differ", "outside_promises", "quarrel"
ANONYMOUS_UNTRUE, UNTRACEABLE, TOO_LATE = "anonymous_untrue", "untraceable", "too_late"
GROUNDS = (FACTS_DIFFER, OUTSIDE_PROMISES, QUARREL, ANONYMOUS_UNTRUE, UNTRACEABLE, TOO_LATE)

#: what else happens to a complaint beside reaching a state
ASSIGNED, JUDGED, ESCALATED, REOPENED = "assigned", "judged", "escalated", "reopened"
PAUSED, RESUMED = "paused", "resumed"  #: waiting for the customer
TOLD, NOTED, GUIDED, CHANGED, HELP_ASKED, TIER = "told", "noted", "guided", "changed", "help_asked", "tier"
FOUND, HELP_ENDED = "found", "help_ended"  #: findings are complete; help was given or declined
REMEDY, SHARES, ACTION, SATISFACTION = "remedy", "shares", "action", "satisfaction"  #: what follows: CMP-13 … CMP-15
EVENTS = (
    *STATES, ASSIGNED, JUDGED, ESCALATED, REOPENED, PAUSED, RESUMED, TOLD, NOTED, GUIDED, CHANGED, HELP_ASKED, TIER,
    FOUND, HELP_ENDED, REMEDY, SHARES, ACTION, SATISFACTION,
)  # fmt: skip


class Complaint(Base):
    """One complaint. How it stands (``state`` to ``closed_at``) is what its events say, kept here for lists.

    ``happened_on`` is the last day on which the event happened. ``accused_id`` is the person of ours complained about,
    who sees nothing of the complaint; ``department_id`` the department complained about, ``against`` both in words.
    """

    __tablename__ = "complaints_complaint"
    __table_args__ = (
        CheckConstraint("validity IN ('', 'valid', 'invalid')", name="validity"),
        Index("ix_complaints_complaint_customer_id_received_at", "customer_id", "received_at", "id"),
        Index("ix_complaints_complaint_received_at_id", "received_at", "id"),
        Index("ix_complaints_complaint_state_received_at", "state", "received_at", "id"),
        Index("ix_complaints_complaint_number_id", "number", "id"),
        Index("ix_complaints_complaint_handler_id_state", "handler_id", "state"),
        Index("ix_complaints_complaint_accused_id", "accused_id"),
        Index("ix_complaints_complaint_received_by_id", "received_by_id"),
        Index("ix_complaints_complaint_department_id", "department_id"),
        Index("ix_complaints_complaint_phone_key", "phone_key"),
        Index("ix_complaints_complaint_cause_id", "cause_id"),
        Index("ix_complaints_complaint_kind_id", "kind_id"),
        Index("ix_complaints_complaint_seal_version", "seal_version"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(CodeText, unique=True)
    customer_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="RESTRICT"))
    anonymous: Mapped[bool] = mapped_column(Boolean, default=False)
    complainant: Mapped[str] = mapped_column(Protected("complaints.complainant"), default="")
    phone: Mapped[str] = mapped_column(Protected("complaints.phone"), default="")
    phone_key: Mapped[str] = mapped_column(CodeText, default="")  #: blind index of its digits
    subject: Mapped[str] = mapped_column(Text)  #: who or what is complained about, in a line
    course: Mapped[str] = mapped_column(Protected("complaints.course"))  #: the course of events
    against: Mapped[str] = mapped_column(Text, default="")
    accused_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    department_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_department.id", ondelete="SET NULL"))
    kind_id: Mapped[int] = mapped_column(BigInt, ForeignKey("complaints_entry.id", ondelete="RESTRICT"))
    cause_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("complaints_entry.id", ondelete="RESTRICT"))
    channel_id: Mapped[int] = mapped_column(BigInt, ForeignKey("complaints_entry.id", ondelete="RESTRICT"))
    product: Mapped[str] = mapped_column(Text, default="")
    reference: Mapped[str] = mapped_column(Text, default="")  #: the order, delivery note or waybill meant
    happened_on: Mapped[date | None] = mapped_column(Date)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    state: Mapped[str] = mapped_column(String(16), default=REGISTERED)
    handler_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    paused: Mapped[bool] = mapped_column(Boolean, default=False)  #: while it waits for the customer
    level: Mapped[int] = mapped_column(Integer, default=0)  #: how often it was escalated
    reopened: Mapped[int] = mapped_column(Integer, default=0)  #: how often it was re-opened
    validity: Mapped[str] = mapped_column(String(8), default="")
    severity: Mapped[str] = mapped_column(String(10), default="")
    ground: Mapped[str] = mapped_column(String(20), default="")
    planned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  #: the first plan or solution on record (CMP-12)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)
    seal: Mapped[str | None] = mapped_column(CodeText)
    seal_version: Mapped[int | None] = mapped_column(Integer)

    def __repr__(self) -> str:
        return f"<Complaint {self.number}>"


class Event(Base):
    """Something that happened to a complaint. Never changed: states, owners and clocks follow from these rows.

    ``owner_id`` is whose turn it is from then on, where that changes. ``details`` are plain values of the kind.
    """

    __tablename__ = "complaints_event"
    __table_args__ = (
        Index("ix_complaints_event_complaint_id_at", "complaint_id", "at", "id"),
        Index("ix_complaints_event_owner_id_complaint_id", "owner_id", "complaint_id"),
        Index("ix_complaints_event_seal_version", "seal_version"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    complaint_id: Mapped[int] = mapped_column(BigInt, ForeignKey("complaints_complaint.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(BigInt)  #: no foreign key: the system has none
    owner_id: Mapped[int | None] = mapped_column(BigInt)
    note: Mapped[str] = mapped_column(Protected("complaints.note"), default="")
    details: Mapped[Any] = mapped_column(Json, default=dict)
    seal: Mapped[str | None] = mapped_column(CodeText)
    seal_version: Mapped[int | None] = mapped_column(Integer)


for model in (Complaint, Event):
    guard(model)  # the session binds the protected values to their rows
