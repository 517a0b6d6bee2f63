"""Which records are no duplicates, and which were merged into which (CUS-06)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi.db import BigInt, CodeText, UtcDateTime

from .records import Base


class NotDuplicate(Base):
    """Somebody decided that two records that look alike are two customers; ``low_id`` is the smaller number."""

    __tablename__ = "customers_not_duplicate"

    low_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("customers_customer.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    high_id: Mapped[int] = mapped_column(
        BigInt,
        ForeignKey("customers_customer.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str] = mapped_column(Text)  #: login


class MergedCustomer(Base):
    """A record that went into another one. Its number is no foreign key: the record is gone."""

    __tablename__ = "customers_merged"

    gone_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    customer_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("customers_customer.id", ondelete="CASCADE"), index=True
    )
    code: Mapped[str] = mapped_column(CodeText)  #: its customer code or prospect number
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(Text)  #: login
