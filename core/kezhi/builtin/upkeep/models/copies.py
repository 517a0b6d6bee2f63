"""Where the two copies of a base file are, and how the files were supervised (CUS-16)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime

from .base import Base

#: kept in customer service for daily use; electronic, in the information department's database
SERVICE, DATABASE = "service", "database"


class BaseCopy(Base):
    """One of the two copies of a customer's base file: where it is, who has it, when both were last compared."""

    __tablename__ = "upkeep_copy"
    __table_args__ = (Index("ix_upkeep_copy_holder_id", "holder_id"),)

    customer_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("customers_customer.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(CodeText, primary_key=True)
    place: Mapped[str] = mapped_column(Text)
    holder_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    compared_on: Mapped[date | None] = mapped_column(Date)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(80))  #: login


class Guidance(Base):
    """What the customer-service manager looked at, asked for or explained: about one file or about the work as such."""

    __tablename__ = "upkeep_guidance"
    __table_args__ = (
        Index("ix_upkeep_guidance_day", "on_day", "id"),
        Index("ix_upkeep_guidance_customer_id", "customer_id"),
        Index("ix_upkeep_guidance_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    customer_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    on_day: Mapped[date] = mapped_column(Date)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
