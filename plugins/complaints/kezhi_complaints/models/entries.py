"""The company's lists: kinds of complaints, their causes, and the channels that they come by (CMP-02, CMP-31)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime

from .base import Base

#: the lists
KIND, CAUSE, CHANNEL = "kind", "cause", "channel"
LISTS = (KIND, CAUSE, CHANNEL)

#: what the kinds at the top of the tree are about; those below follow them
SERVICE, BUSINESS = "service", "business"
NATURES = (SERVICE, BUSINESS)


class Entry(Base):
    """One entry of one list. Kinds and causes are trees, channels are not. A retired entry stays readable.

    ``purpose_*`` and ``minutes`` are of channels: what one is meant for, and its response time, counted in the service
    hours of the customer's tier.
    """

    __tablename__ = "complaints_entry"
    __table_args__ = (
        CheckConstraint("list IN ('kind', 'cause', 'channel')", name="list"),
        CheckConstraint("minutes > 0", name="minutes"),
        Index("uq_complaints_entry_list_key", "list", "key", unique=True),
        Index("ix_complaints_entry_parent_id", "parent_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    list: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(CodeText)
    parent_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("complaints_entry.id", ondelete="RESTRICT"))
    zh: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text, default="")
    nature: Mapped[str] = mapped_column(String(10), default="")  #: of a kind: service or business
    purpose_zh: Mapped[str] = mapped_column(Text, default="")
    purpose_en: Mapped[str] = mapped_column(Text, default="")
    minutes: Mapped[int | None] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)
