"""Credit classes as data: what each is called, and its terms, every change of which is a version (CRD-01, CRD-03)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, Json, UtcDateTime

from .base import Base

#: how the limit of a class is given: an amount, or a share of the last twelve months' turnover up to an amount
FIXED, TURNOVER = "fixed", "turnover"
LIMIT_KINDS = (FIXED, TURNOVER)

#: what may leave the house: on credit up to the limit, only what is paid, nothing
ON_CREDIT, ON_PAYMENT, STOP = "credit", "payment", "stop"
DELIVERIES = (ON_CREDIT, ON_PAYMENT, STOP)

NO_SECURITY, GUARANTEE, DEPOSIT = "none", "guarantee", "deposit"
SECURITIES = (NO_SECURITY, GUARANTEE, DEPOSIT)

CASH, TRANSFER, CHEQUE, LETTER = "cash", "transfer", "cheque", "letter"
ACCEPTANCE, COMMERCIAL = "acceptance", "commercial"  #: bills of a bank, and of a company
WAYS = (CASH, TRANSFER, ACCEPTANCE, COMMERCIAL, LETTER, CHEQUE)


class CreditClass(Base):
    """A credit class. The key never changes; its terms are those of ``version``. A retired class is given no more."""

    __tablename__ = "credit_class"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    key: Mapped[str] = mapped_column(CodeText, unique=True)  #: the letter people see: A, B, C, D
    position: Mapped[int] = mapped_column(Integer)  #: the best class first
    version: Mapped[int] = mapped_column(Integer, default=1)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Terms(Base):
    """The terms of a class in one version; versions are never changed.

    ``amount`` is the limit, or its cap, in minor units of the company's currency, tax included. ``share`` (of the
    turnover), ``deposit`` (of an order) and ``interest`` (a day, on what is overdue) are parts per million.
    """

    __tablename__ = "credit_terms"
    __table_args__ = (
        UniqueConstraint("class_id", "version", name="uq_credit_terms_class_id"),
        CheckConstraint("limit_kind IN ('fixed', 'turnover')", name="limit_kind"),
        CheckConstraint("delivery IN ('credit', 'payment', 'stop')", name="delivery"),
        CheckConstraint("security IN ('none', 'guarantee', 'deposit')", name="security"),
        CheckConstraint("amount >= 0 AND share >= 0 AND days >= 0 AND deposit >= 0 AND interest >= 0", name="figures"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    class_id: Mapped[int] = mapped_column(BigInt, ForeignKey("credit_class.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)
    zh: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text, default="")
    tone: Mapped[str] = mapped_column(String(10))
    limit_kind: Mapped[str] = mapped_column(String(10))
    amount: Mapped[int] = mapped_column(BigInt)
    share: Mapped[int] = mapped_column(Integer, default=0)
    days: Mapped[int] = mapped_column(Integer)
    deposit: Mapped[int] = mapped_column(Integer, default=0)
    ways: Mapped[list[str]] = mapped_column(Json)
    interest: Mapped[int] = mapped_column(Integer, default=0)
    delivery: Mapped[str] = mapped_column(String(10))
    security: Mapped[str] = mapped_column(String(10))
    review_months: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(Text)
