"""How a complaint is handled: who takes part, what was found out, who was asked for help, what was advised."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime
from kezhi.builtin.protection.fields import Protected, guard

from .base import Base

#: why somebody beside receiver and handler sees a complaint
INVESTIGATOR, LEADER, UNIT = "investigator", "leader", "unit"
PARTS = (INVESTIGATOR, LEADER, UNIT)

#: on whose side somebody who was heard stands
COMPLAINANT, COMPLAINED, WITNESS = "complainant", "complained", "witness"
SIDES = (COMPLAINANT, COMPLAINED, WITNESS)

#: how a request for help stands
ASKED, HELPED, DECLINED = "asked", "helped", "declined"


class Part(Base):
    """Somebody takes part in a complaint beside its receiver and handler, and so sees it."""

    __tablename__ = "complaints_part"
    __table_args__ = (
        UniqueConstraint("complaint_id", "user_id", "role"),
        Index("ix_complaints_part_user_id", "user_id", "complaint_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    complaint_id: Mapped[int] = mapped_column(BigInt, ForeignKey("complaints_complaint.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(16))


class Investigation(Base):
    """What one investigator found out (CMP-11). Whoever follows, or looks into it anew, gets the next round.

    The running one is that without ``ended_at``. There is no field for a promise: the answer is another one's step.
    """

    __tablename__ = "complaints_investigation"
    __table_args__ = (
        UniqueConstraint("complaint_id", "round"),
        Index("ix_complaints_investigation_investigator_id", "investigator_id", "ended_at"),
        Index("ix_complaints_investigation_seal_version", "seal_version"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    complaint_id: Mapped[int] = mapped_column(BigInt, ForeignKey("complaints_complaint.id", ondelete="CASCADE"))
    round: Mapped[int] = mapped_column(Integer)
    investigator_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    assigned_by_id: Mapped[int | None] = mapped_column(BigInt)  #: no foreign key: the system has none
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    facts: Mapped[str] = mapped_column(Protected("complaints.facts"), default="")
    gap: Mapped[str] = mapped_column(Protected("complaints.gap"), default="")  #: the management gap behind the case
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)
    seal: Mapped[str | None] = mapped_column(CodeText)
    seal_version: Mapped[int | None] = mapped_column(Integer)


class Hearing(Base):
    """Somebody who was heard in an investigation, and what they said."""

    __tablename__ = "complaints_hearing"
    __table_args__ = (
        Index("ix_complaints_hearing_investigation_id", "investigation_id"),
        Index("ix_complaints_hearing_seal_version", "seal_version"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    investigation_id: Mapped[int] = mapped_column(BigInt, ForeignKey("complaints_investigation.id", ondelete="CASCADE"))
    side: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(Protected("complaints.heard"))
    said: Mapped[str] = mapped_column(Protected("complaints.said"), default="")
    heard_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(BigInt)
    seal: Mapped[str | None] = mapped_column(CodeText)
    seal_version: Mapped[int | None] = mapped_column(Integer)


class Help(Base):
    """Help that an investigator asked for (CMP-16), of a person or a department. It has to be given by ``due_at``.

    Declined with a reason it goes to the manager above (``level`` counts), who has it from then on; declined where
    nobody is above, it has ended.
    """

    __tablename__ = "complaints_help"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'helped', 'declined')", name="state"),
        Index("ix_complaints_help_complaint_id", "complaint_id"),
        Index("ix_complaints_help_person_id", "person_id", "state"),
        Index("ix_complaints_help_department_id", "department_id", "state"),
        Index("ix_complaints_help_seal_version", "seal_version"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    complaint_id: Mapped[int] = mapped_column(BigInt, ForeignKey("complaints_complaint.id", ondelete="CASCADE"))
    asked_by_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    department_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_department.id", ondelete="SET NULL"))
    question: Mapped[str] = mapped_column(Protected("complaints.question"))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default=ASKED)
    level: Mapped[int] = mapped_column(Integer, default=0)
    reason: Mapped[str] = mapped_column(
        Protected("complaints.reason"), default=""
    )  #: why it was declined the last time
    answer: Mapped[str] = mapped_column(Protected("complaints.help"), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(BigInt)
    version: Mapped[int] = mapped_column(Integer, default=1)
    seal: Mapped[str | None] = mapped_column(CodeText)
    seal_version: Mapped[int | None] = mapped_column(Integer)


class Guidance(Base):
    """A note or finding of the customer-service department on a unit's complaint; ``person_id`` has to answer it."""

    __tablename__ = "complaints_guidance"
    __table_args__ = (
        Index("ix_complaints_guidance_complaint_id", "complaint_id"),
        Index("ix_complaints_guidance_person_id", "person_id", "answered_at"),
        Index("ix_complaints_guidance_seal_version", "seal_version"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    complaint_id: Mapped[int] = mapped_column(BigInt, ForeignKey("complaints_complaint.id", ondelete="CASCADE"))
    by_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    text: Mapped[str] = mapped_column(Protected("complaints.guidance"))
    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    department_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_department.id", ondelete="SET NULL"))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(Protected("complaints.guided"), default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(BigInt)
    version: Mapped[int] = mapped_column(Integer, default=1)
    seal: Mapped[str | None] = mapped_column(CodeText)
    seal_version: Mapped[int | None] = mapped_column(Integer)


for model in (Investigation, Hearing, Help, Guidance):
    guard(model)
