"""Which versions of keys there are, and when protection was switched off. The keys themselves stand in the key file."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, UtcDateTime, model_base

Base = model_base("protection")


class KeyVersion(Base):  # type: ignore[valid-type,misc]
    """One version of the key of a purpose. The newest one that is not retired is in force.

    ``check_value`` is what the right key makes of a constant: it tells a wrong key file from damaged data.
    """

    __tablename__ = "protection_key"

    purpose: Mapped[str] = mapped_column(String(20), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    check_value: Mapped[str] = mapped_column(String(64))
    #: of an index key: the key of fields that was put in force with it; what is under that one or a later one is under
    #: this index key
    beside: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retired_by: Mapped[str] = mapped_column(String(80), default="")


class Deviation(Base):  # type: ignore[valid-type,misc]
    """A time in which a purpose was not protected: who decided it, and why. Open while ``ended_at`` is empty."""

    __tablename__ = "protection_deviation"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_by: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str] = mapped_column(String(80), default="")

    __table_args__ = (Index("ix_protection_deviation_purpose", "purpose", "ended_at"),)


class Hold(Base):  # type: ignore[valid-type,misc]
    """One row, ``backup``: until when bytes are not removed because one is being made; when the last one was done."""

    __tablename__ = "protection_hold"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by: Mapped[str] = mapped_column(String(80), default="")
