"""The public page on which customers enter complaints themselves: its address, and how often it was used."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime

from .base import Base


class PublicLink(Base):
    """The address of the public page, as a hash. At most one has not ended; without one there is no such page."""

    __tablename__ = "complaints_public_link"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    code_hash: Mapped[str] = mapped_column(CodeText, unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(CodeText)  #: login
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PublicUse(Base):
    """How often the public page was sent in an hour: by one address (as a blind index), and by all (empty)."""

    __tablename__ = "complaints_public_use"

    hour: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    whence: Mapped[str] = mapped_column(CodeText, primary_key=True)
    times: Mapped[int] = mapped_column(Integer, default=0)
