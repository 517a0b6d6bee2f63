"""The register of contracts (合同管理): the company's kinds, the contracts, and what was changed of them (CUS-13)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime, model_base

from ..protection.fields import Protected, guard

Base: Any = model_base("contracts")


class Kind(Base):
    """A kind of contract of the company's list. Contracts hold its ``key``, which never changes."""

    __tablename__ = "contracts_kind"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(CodeText, unique=True)
    zh: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text, default="")
    remind_days: Mapped[int] = mapped_column(Integer)  #: how long before its last day a contract of the kind reminds
    position: Mapped[int] = mapped_column(Integer)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)


class Contract(Base):
    """A contract with a customer. Its state is no column: it follows from the dates and the day on which one asks.

    All days include themselves: a contract is valid through ``valid_to`` and, when it was terminated, through
    ``terminated_on``; both end at 24:00 of the company's zone. Without ``valid_to`` it is open-ended. Without
    ``signed_on`` it is a draft.
    """

    __tablename__ = "contracts_contract"
    __table_args__ = (
        CheckConstraint("valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to", name="validity"),
        CheckConstraint("signed_on IS NULL OR valid_from IS NOT NULL", name="begins"),
        CheckConstraint("amount IS NULL OR amount >= 0", name="amount"),
        Index(None, "customer_id", "kind", "valid_to"),
        Index(None, "number", "id"),
        Index(None, "signed_on", "id"),
        Index(None, "valid_from", "id"),
        Index(None, "valid_to", "id"),
        Index(None, "kind", "customer_id"),
        Index(None, "our_signer_key"),
        Index(None, "their_signer_key"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(CodeText, unique=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="RESTRICT"))
    kind: Mapped[str] = mapped_column(CodeText)
    title: Mapped[str] = mapped_column(Text, default="")
    our_party: Mapped[str] = mapped_column(Text, default="")
    their_party: Mapped[str] = mapped_column(Text, default="")
    other_parties: Mapped[str] = mapped_column(Text, default="")
    our_signer: Mapped[str] = mapped_column(Protected("contracts.our_signer"), default="")
    our_signer_key: Mapped[str] = mapped_column(CodeText, default="")  #: blind index of the complete name
    their_signer: Mapped[str] = mapped_column(Protected("contracts.their_signer"), default="")
    their_signer_key: Mapped[str] = mapped_column(CodeText, default="")
    signed_on: Mapped[date | None] = mapped_column(Date)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)  #: the last day; None is open-ended
    remind_days: Mapped[int | None] = mapped_column(Integer)  #: None is what its kind says
    amount: Mapped[int | None] = mapped_column(BigInt)  #: minor units of ``currency``
    currency: Mapped[str] = mapped_column(String(3))
    terms: Mapped[str] = mapped_column(Protected("contracts.terms"), default="")
    terminated_on: Mapped[date | None] = mapped_column(Date)  #: the last day, earlier than agreed
    termination_reason: Mapped[str] = mapped_column(Protected("contracts.termination_reason"), default="")
    predecessor_id: Mapped[int | None] = mapped_column(
        BigInt, ForeignKey("contracts_contract.id", ondelete="SET NULL"), unique=True
    )
    reminded_for: Mapped[date | None] = mapped_column(Date)  #: the last day of which the owner was told
    entered_on: Mapped[date] = mapped_column(Date)  #: the company's day on which it came into the register
    origin: Mapped[str] = mapped_column(String(20), default="page")  #: page, import, command, demo
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(Text)  #: login
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)
    seal: Mapped[str | None] = mapped_column(CodeText)  #: token of the row, which its protected values are bound to
    seal_version: Mapped[int | None] = mapped_column(Integer, index=True)  #: of the oldest key that it needs

    def __repr__(self) -> str:
        return f"<Contract {self.number}>"


class Change(Base):
    """One field of one contract that changed, with both values as people read them (CUS-05)."""

    __tablename__ = "contracts_change"
    __table_args__ = (Index(None, "contract_id", "at", "id"), Index(None, "customer_id", "at", "id"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    contract_id: Mapped[int] = mapped_column(BigInt, ForeignKey("contracts_contract.id", ondelete="CASCADE"))
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(Text)  #: login
    field: Mapped[str] = mapped_column(Text)
    old: Mapped[str] = mapped_column(Protected("contracts.", name_from="field"))
    new: Mapped[str] = mapped_column(Protected("contracts.", name_from="field"))
    source: Mapped[str] = mapped_column(Text)  #: page, import, revert, command
    seal_version: Mapped[int | None] = mapped_column(Integer, index=True)


guard(Contract)
