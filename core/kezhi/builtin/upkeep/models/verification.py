"""That a customer file was verified (CUS-07)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime

from .base import Base

#: what was found: the file was right, or it was put right
UNCHANGED, CORRECTED = "unchanged", "corrected"


class Verification(Base):
    """Somebody compared a customer file with the facts on a day. Whether a file is verified follows from these rows
    alone: no row says that one is not.
    """

    __tablename__ = "upkeep_verification"
    __table_args__ = (Index("ix_upkeep_verification_customer", "customer_id", "on_day"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="CASCADE"))
    on_day: Mapped[date] = mapped_column(Date)  #: in the company's zone: it decides which quarter it counts for
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(80))  #: login
    found: Mapped[str] = mapped_column(CodeText)
    note: Mapped[str] = mapped_column(Text, default="")
