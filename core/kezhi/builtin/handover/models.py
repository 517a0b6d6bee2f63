"""What was handed over to whom, kept for good (ORG-01)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, Json, UtcDateTime, model_base

Base: Any = model_base("handover")


class Run(Base):
    """One hand-over of one person. ``summary`` says in words what each part was called and what followed.

    ``{"parts": {key: {"title": {"zh", "en"}, "count"}}, "along": [[{"zh", "en"}, count]], "ended": {key: count}}``
    """

    __tablename__ = "handover_run"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    from_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"), index=True)
    by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    by_login: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    deactivated: Mapped[bool] = mapped_column(Boolean)
    note: Mapped[str] = mapped_column(Text, default="")
    summary: Mapped[Any] = mapped_column(Json)


class Item(Base):
    """One record that went over. ``label`` is its code or number, no name; the record itself is found by its id."""

    __tablename__ = "handover_item"
    __table_args__ = (
        Index("ix_handover_item_to", "to_id", "run_id"),
        Index("ix_handover_item_part", "run_id", "part", "to_id", "record_id"),
    )

    run_id: Mapped[int] = mapped_column(BigInt, ForeignKey("handover_run.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[str] = mapped_column(CodeText, primary_key=True)
    record_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    label: Mapped[str] = mapped_column(Text)
    #: None only while the hand-over is being worked out: nobody of the receivers may get it
    to_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
