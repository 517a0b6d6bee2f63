"""What a complaint leads to: remedies, who bears the cost, corrective actions, and how satisfied the customer is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime
from kezhi.builtin.protection.fields import Protected, guard

from .base import Base

#: what a customer is given (CMP-13)
REPLACEMENT, RETURN, COMPENSATION, APOLOGY, DISCOUNT = "replacement", "return", "compensation", "apology", "discount"
REMEDIES = (REPLACEMENT, RETURN, COMPENSATION, APOLOGY, DISCOUNT)
#: those by which the customer gets money: together they need approval above the company's limit
MONEY = (COMPENSATION, DISCOUNT)
#: how a remedy stands. ``DRAFT``: an approval came back or was withdrawn. Those of ``COSTS`` cost the company money
DRAFT, IN_APPROVAL, APPROVED, REFUSED, CARRIED_OUT, DROPPED = (
    "draft", "waiting", "approved", "refused", "done", "dropped")  # fmt: skip
REMEDY_STATES = (DRAFT, IN_APPROVAL, APPROVED, REFUSED, CARRIED_OUT, DROPPED)
COSTS = (APPROVED, CARRIED_OUT)

#: who can be responsible for a complaint
BY_DEPARTMENT, BY_PERSON, BY_SUPPLIER, BY_CARRIER = "department", "person", "supplier", "carrier"
UNITS = (BY_DEPARTMENT, BY_PERSON, BY_SUPPLIER, BY_CARRIER)
WHOLE = 1_000_000  #: parts per million: what the shares of a complaint add up to

#: how a corrective action stands (CMP-14)
ACTION_OPEN, ACTION_DONE, EFFECTIVE, INEFFECTIVE, ABANDONED = "open", "done", "effective", "ineffective", "abandoned"
ACTION_STATES = (ACTION_OPEN, ACTION_DONE, EFFECTIVE, INEFFECTIVE, ABANDONED)
OPEN_ACTIONS = (ACTION_OPEN, ACTION_DONE)

#: how the customer answers (CMP-15)
BY_LINK, BY_PHONE = "link", "phone"
SCORES = (5, 4, 3, 2, 1)
UNSATISFIED = 2  #: this score and what is below it


class Remedy(Base):
    """What the customer is given, and what it costs in minor units of the company's currency at that time."""

    __tablename__ = "complaints_remedy"
    __table_args__ = (
        CheckConstraint("kind IN ('replacement', 'return', 'compensation', 'apology', 'discount')", name="kind"),
        CheckConstraint("state IN ('draft', 'waiting', 'approved', 'refused', 'done', 'dropped')", name="state"),
        CheckConstraint("amount >= 0", name="amount"),
        Index("ix_complaints_remedy_complaint_id", "complaint_id", "state"),
        Index("ix_complaints_remedy_state", "state", "complaint_id"),
        Index("ix_complaints_remedy_seal_version", "seal_version"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    complaint_id: Mapped[int] = mapped_column(BigInt, ForeignKey("complaints_complaint.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    amount: Mapped[int] = mapped_column(BigInt, default=0)
    currency: Mapped[str] = mapped_column(CodeText)
    agreed: Mapped[str] = mapped_column(Protected("complaints.agreed"))  #: what was agreed with the customer
    state: Mapped[str] = mapped_column(String(8))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(BigInt)  #: who made it, or who signed last
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by_id: Mapped[int | None] = mapped_column(BigInt)
    done_note: Mapped[str] = mapped_column(Protected("complaints.carried_out"), default="")
    version: Mapped[int] = mapped_column(Integer, default=1)
    seal: Mapped[str | None] = mapped_column(CodeText)
    seal_version: Mapped[int | None] = mapped_column(Integer)


class Responsibility(Base):
    """Who bears which part of the cost of a complaint, in parts per million; those of one add up to :data:`WHOLE`.

    ``unit_key`` is the same for the same unit in every complaint: repeated complaints are found by it (CMP-14).
    """

    __tablename__ = "complaints_responsibility"
    __table_args__ = (
        UniqueConstraint("complaint_id", "unit_key", name="uq_complaints_responsibility_unit"),
        CheckConstraint("unit IN ('department', 'person', 'supplier', 'carrier')", name="unit"),
        CheckConstraint("share > 0 AND share <= 1000000", name="share"),
        Index("ix_complaints_responsibility_unit_key", "unit_key", "complaint_id"),
        Index("ix_complaints_responsibility_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    complaint_id: Mapped[int] = mapped_column(BigInt, ForeignKey("complaints_complaint.id", ondelete="CASCADE"))
    unit: Mapped[str] = mapped_column(String(10))
    department_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_department.id", ondelete="SET NULL"))
    user_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    name: Mapped[str] = mapped_column(Text, default="")  #: of a supplier or carrier; of the others as they were called
    unit_key: Mapped[str] = mapped_column(CodeText)
    share: Mapped[int] = mapped_column(Integer)


class CorrectiveAction(Base):
    """What is done so that it does not happen again (CMP-14): by ``owner_id`` until ``due_at``.

    ``check_at`` is when somebody else looks whether it had an effect; it is known when the action is done.
    ``follows_id`` is the action without effect that this one takes the place of.
    """

    __tablename__ = "complaints_action"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'done', 'effective', 'ineffective', 'abandoned')", name="state"),
        Index("ix_complaints_action_complaint_id", "complaint_id", "state"),
        Index("ix_complaints_action_owner_id", "owner_id", "state"),
        Index("ix_complaints_action_checker_id", "checker_id", "state"),
        Index("ix_complaints_action_state_due_at", "state", "due_at"),
        Index("ix_complaints_action_follows_id", "follows_id"),
        Index("ix_complaints_action_cause_id", "cause_id"),
        Index("ix_complaints_action_seal_version", "seal_version"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    complaint_id: Mapped[int] = mapped_column(BigInt, ForeignKey("complaints_complaint.id", ondelete="CASCADE"))
    cause_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("complaints_entry.id", ondelete="RESTRICT"))
    measure: Mapped[str] = mapped_column(Protected("complaints.measure"))
    owner_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    checker_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    given_by_id: Mapped[int | None] = mapped_column(BigInt)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(12))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by_id: Mapped[int | None] = mapped_column(BigInt)
    done_note: Mapped[str] = mapped_column(Protected("complaints.measure_done"), default="")
    check_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_by_id: Mapped[int | None] = mapped_column(BigInt)
    check_note: Mapped[str] = mapped_column(Protected("complaints.measure_checked"), default="")
    follows_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("complaints_action.id", ondelete="SET NULL"))
    version: Mapped[int] = mapped_column(Integer, default=1)
    seal: Mapped[str | None] = mapped_column(CodeText)
    seal_version: Mapped[int | None] = mapped_column(Integer)


class Satisfaction(Base):
    """The one question after closing (CMP-15). The link's code is kept as a hash only, and works once.

    ``email`` is where the link goes by e-mail: its code is made when it is sent, and ``code_hash`` is empty until then.
    ``ended_at``: the question no longer waits, for the complaint was re-opened or another link was made.
    ``settled_at``: somebody has dealt with a customer who was not satisfied.
    """

    __tablename__ = "complaints_satisfaction"
    __table_args__ = (
        CheckConstraint("channel IN ('link', 'phone')", name="channel"),
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
        Index("ix_complaints_satisfaction_complaint_id", "complaint_id", "id"),
        Index("uq_complaints_satisfaction_code_hash", "code_hash", unique=True),
        Index("ix_complaints_satisfaction_score", "score", "settled_at"),
        Index("ix_complaints_satisfaction_answered_at", "answered_at"),
        Index("ix_complaints_satisfaction_seal_version", "seal_version"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    complaint_id: Mapped[int] = mapped_column(BigInt, ForeignKey("complaints_complaint.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(5))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(BigInt)  #: no foreign key: the system has none
    email: Mapped[str] = mapped_column(Protected("complaints.asked_email"), default="")
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  #: handed to the mail server
    code_hash: Mapped[str | None] = mapped_column(CodeText)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    score: Mapped[int | None] = mapped_column(Integer)
    comment: Mapped[str] = mapped_column(Protected("complaints.satisfied"), default="")
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(BigInt)
    seal: Mapped[str | None] = mapped_column(CodeText)
    seal_version: Mapped[int | None] = mapped_column(Integer)


for model in (Remedy, CorrectiveAction, Satisfaction):
    guard(model)
