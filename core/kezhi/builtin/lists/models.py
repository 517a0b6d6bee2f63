"""Saved views of lists."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime, model_base

Base = model_base("lists")


class SavedView(Base):  # type: ignore[misc, valid-type]
    """What the address of a list said when somebody kept it: filters, columns, order, size."""

    __tablename__ = "lists_view"
    __table_args__ = (Index(None, "list", "owner_id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    list: Mapped[str] = mapped_column(CodeText)  #: the name of the list
    path: Mapped[str] = mapped_column(Text)  #: the address of the list's page
    title: Mapped[str] = mapped_column(Text)
    query: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="CASCADE"), index=True)
    shared: Mapped[bool] = mapped_column(Boolean, server_default=false())  #: with everybody who sees the list
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DefaultView(Base):  # type: ignore[misc, valid-type]
    """The view in which a list opens for a person."""

    __tablename__ = "lists_default"

    user_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("accounts_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    list: Mapped[str] = mapped_column(CodeText, primary_key=True)
    view_id: Mapped[int] = mapped_column(BigInt, ForeignKey("lists_view.id", ondelete="CASCADE"), index=True)
