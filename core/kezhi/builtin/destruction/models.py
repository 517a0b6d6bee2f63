"""Proposals of destruction and the register of what was destroyed: ids and codes, never contents (CUS-10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, Json, UtcDateTime, model_base

Base: Any = model_base("destruction")

#: states of a proposal. ``approved``: signed by all, being carried out
WAITING, APPROVED, DONE = "waiting", "approved", "done"
RETURNED, REJECTED, WITHDRAWN = "returned", "rejected", "withdrawn"
OPEN_STATES = (WAITING, APPROVED)

#: what was decided about one file of a proposal
DESTROY, KEEP = "destroy", "keep"

#: what became of it: nothing yet; destroyed; kept by decision; left, as it changed or must be kept; gone before
OPEN, DESTROYED, KEPT, CHANGED, BLOCKED, GONE = "", "destroyed", "kept", "changed", "blocked", "gone"


class Proposal(Base):
    """Files that are proposed for destruction together. ``signers`` is put down with the last signature.

    ``[{"title": {"zh", "en"}, "name", "login", "at"}, …]`` in the order in which they signed.
    """

    __tablename__ = "destruction_proposal"
    __table_args__ = (
        Index("ix_destruction_proposal_state", "state", "id"),
        Index("ix_destruction_proposal_proposed_at", "proposed_at", "id"),
        Index("ix_destruction_proposal_request", "request_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(CodeText, unique=True)  #: XH-000001
    scope: Mapped[str] = mapped_column(String(12))  #: file or persons
    reason: Mapped[str] = mapped_column(CodeText)  #: key of the reasons
    basis: Mapped[str] = mapped_column(Text)  #: why nothing asks for keeping it any longer; names nobody
    state: Mapped[str] = mapped_column(String(12), default=WAITING)
    count: Mapped[int] = mapped_column(Integer)
    destroyed: Mapped[int] = mapped_column(Integer, default=0)
    files: Mapped[int] = mapped_column(Integer, default=0)  #: contents of files that were destroyed
    digest: Mapped[str] = mapped_column(String(64))
    proposed_by: Mapped[str] = mapped_column(String(80))  #: login
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    request_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("approvals_request.id", ondelete="SET NULL"))
    request_number: Mapped[str] = mapped_column(CodeText, default="")
    signers: Mapped[Any] = mapped_column(Json)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  #: when it was decided
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  #: when nothing of it was left anywhere


class Item(Base):
    """One customer of a proposal. Its number is no foreign key: the row outlives the file, as its code does."""

    __tablename__ = "destruction_item"
    __table_args__ = (Index("ix_destruction_item_customer_id", "customer_id"),)

    proposal_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("destruction_proposal.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    customer_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(CodeText)  #: customer code or prospect number
    version: Mapped[int] = mapped_column(Integer)  #: of the file that was proposed
    decision: Mapped[str] = mapped_column(String(12), default=DESTROY)
    decided_by: Mapped[str] = mapped_column(String(80), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    keep_reason: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str] = mapped_column(String(12), default=OPEN)
    note: Mapped[str] = mapped_column(Text, default="")  #: why it was left
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rows: Mapped[Any] = mapped_column(Json)  #: {table: rows that were deleted or emptied}
    files: Mapped[int] = mapped_column(Integer, default=0)
