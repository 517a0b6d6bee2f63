"""What was sent for confirmation, row by row as it was signed, and how every customer stands (CUS-14)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, Json, UtcDateTime, model_base

Base: Any = model_base("entry")

#: states of what was sent, and of each customer in it. ``changed``: somebody changed it after it was sent
WAITING, CONFIRMED, RETURNED, REJECTED = "waiting", "confirmed", "returned", "rejected"
WITHDRAWN, CHANGED = "withdrawn", "changed"
#: what can be sent again
CLOSED = (RETURNED, REJECTED, WITHDRAWN, CHANGED)


class Submission(Base):
    """What is confirmed in one request: one customer of a form, or all new ones of a file."""

    __tablename__ = "entry_submission"
    __table_args__ = (
        Index("ix_entry_submission_state", "state", "id"),
        Index("ix_entry_submission_sent_at", "sent_at", "id"),
        Index("ix_entry_submission_sent_by", "sent_by"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    request_number: Mapped[str] = mapped_column(CodeText, default="")  #: of the approval
    request_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("approvals_request.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(12), default=WAITING)
    count: Mapped[int] = mapped_column(Integer)  #: rows that were sent
    confirmed: Mapped[int] = mapped_column(Integer, default=0)  #: rows that took effect
    batch_id: Mapped[int | None] = mapped_column(BigInt)  #: the import they came from
    source: Mapped[str] = mapped_column(Text, default="")  #: its file
    totals: Mapped[Any] = mapped_column(Json)  #: {"types": [[key, count], …], "owners": [[name, count], …]}
    digest: Mapped[str] = mapped_column(String(64))
    sent_by: Mapped[str] = mapped_column(String(80))  #: login
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by: Mapped[str] = mapped_column(String(80), default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")


class Line(Base):
    """A customer as it was sent: exactly this takes effect, in this ``version`` of the record."""

    __tablename__ = "entry_line"
    __table_args__ = (Index("ix_entry_line_customer_id", "customer_id"),)

    submission_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("entry_submission.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    customer_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("customers_customer.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[str] = mapped_column(CodeText)  #: prospect number
    code: Mapped[str] = mapped_column(CodeText, default="")  #: the code that is kept for it
    name: Mapped[str] = mapped_column(Text)
    business_type: Mapped[str] = mapped_column(CodeText, default="")
    region: Mapped[str] = mapped_column(CodeText, default="")
    owner: Mapped[str] = mapped_column(Text, default="")
    department: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(Integer)
    parts: Mapped[str] = mapped_column(Text, default="", server_default="")  #: what apps have confirmed with it


class State(Base):
    """How a customer stands that was ever sent for confirmation."""

    __tablename__ = "entry_state"
    __table_args__ = (
        Index("ix_entry_state_state", "state", "customer_id"),
        Index("ix_entry_state_submission", "submission_id", "state"),
    )

    customer_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("customers_customer.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    submission_id: Mapped[int] = mapped_column(BigInt, ForeignKey("entry_submission.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text, default="")
    sent_by: Mapped[str] = mapped_column(String(80))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by: Mapped[str] = mapped_column(String(80), default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
