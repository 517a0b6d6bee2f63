"""Notes on records, and who is mentioned in them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, UtcDateTime, model_base

Base = model_base("timeline")


class Note(Base):  # type: ignore[valid-type,misc]
    """A note on a record, named by plugin, kind and id. Of a customer's own notes ``customer_id`` is that id.

    ``customer_id`` says whose data the note holds, whatever record it hangs on: merging and erasing follow it. The
    names of people mentioned are not part of ``text``: at each of their positions stands a bare @. A removed note has
    lost its text. ``author_id`` is empty for what the system wrote.
    """

    __tablename__ = "timeline_note"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    plugin: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[int | None] = mapped_column(BigInt)
    customer_id: Mapped[int | None] = mapped_column(BigInt)
    text: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (
        CheckConstraint("record_id IS NOT NULL OR customer_id IS NOT NULL", name="hangs"),
        Index("ix_timeline_note_record", "plugin", "kind", "record_id", "created_at", "id"),
        Index("ix_timeline_note_customer", "customer_id", "plugin", "kind", "created_at", "id"),
        Index("ix_timeline_note_author_id", "author_id"),
    )


class Mention(Base):  # type: ignore[valid-type,misc]
    """Somebody named in a note: at which character of its text. ``read_at`` is when that person had read it."""

    __tablename__ = "timeline_mention"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    note_id: Mapped[int] = mapped_column(BigInt, ForeignKey("timeline_note.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("note_id", "position"),
        Index("ix_timeline_mention_user_id", "user_id", "note_id"),
    )
