"""The company's lists of values, and which product groups a customer buys (CUS-03)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi.db import BigInt, CodeText, UtcDateTime

from .records import Base


class ListEntry(Base):
    """One value of one list. Records hold its ``key``, which never changes; a retired entry stays readable."""

    __tablename__ = "customers_list_entry"
    __table_args__ = (Index("uq_customers_list_entry_list_key", "list", "key", unique=True),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    list: Mapped[str] = mapped_column(CodeText)  #: key of the list: business_type, stage, region, …
    key: Mapped[str] = mapped_column(CodeText)
    zh: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text, default="")
    traits_zh: Mapped[str] = mapped_column(Text, default="")  #: what distinguishes it
    traits_en: Mapped[str] = mapped_column(Text, default="")
    special_price: Mapped[str] = mapped_column(Text, default="")  #: on which goods: none, ``part`` or ``all``
    position: Mapped[int] = mapped_column(Integer)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)


class CustomerGroup(Base):
    """A customer buys goods of a product group."""

    __tablename__ = "customers_customer_group"

    customer_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("customers_customer.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    entry_id: Mapped[int] = mapped_column(
        BigInt,
        ForeignKey("customers_list_entry.id", ondelete="RESTRICT"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )
