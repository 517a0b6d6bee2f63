"""The tokens by which records are found, which records still wait for theirs, and what people opened last."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime, model_base

Base: Any = model_base("search")


class Token(Base):
    """Something that a typed word may be the beginning of. Found along the primary key, renewed along the index.

    ``place`` is 0 where the token begins with the text and 1 where it begins inside of it.
    """

    __tablename__ = "search_token"
    __table_args__ = (Index(None, "kind", "record_id", "token"), {"sqlite_with_rowid": False})

    kind: Mapped[str] = mapped_column(CodeText, primary_key=True)
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    token: Mapped[str] = mapped_column(CodeText, primary_key=True)
    record_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)


class Pending(Base):
    """A record whose tokens a job brings up to date."""

    __tablename__ = "search_pending"
    __table_args__ = ({"sqlite_with_rowid": False},)

    kind: Mapped[str] = mapped_column(CodeText, primary_key=True)
    record_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)


class KindState(Base):
    """A kind whose records were put up for taking in; ``signature`` says what their tokens are made from."""

    __tablename__ = "search_kind"

    key: Mapped[str] = mapped_column(CodeText, primary_key=True)
    signature: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class Recent(Base):
    """A record that a person opened, and when last."""

    __tablename__ = "search_recent"
    __table_args__ = (Index(None, "user_id", "at"), Index(None, "kind", "record_id"))

    user_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("accounts_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(CodeText, primary_key=True)
    record_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
