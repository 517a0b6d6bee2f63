"""The customer file: one record per customer, its changes, its owners, and every code ever given (CUS-01…05)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi.db import BigInt, CodeText, UtcDateTime, model_base

from ...protection.fields import Protected, guard

Base: Any = model_base("customers")


class Customer(Base):
    """A customer, or a prospect as long as ``code`` is empty."""

    __tablename__ = "customers_customer"
    __table_args__ = (
        Index(None, "code", "id"),
        Index(None, "name", "id"),
        Index(None, "short_name", "id"),
        Index(None, "region", "id"),
        Index(None, "business_type", "id"),
        Index(None, "stage", "id"),
        Index(None, "trade_since", "id"),
        Index(None, "updated_at", "id"),
        Index(None, "owner_id", "id"),
        Index(None, "department_id", "id"),
        Index(None, "credit_code_key"),
        Index(None, "name_key"),
        Index(None, "phone_key"),
        Index(None, "email_key"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    code: Mapped[str | None] = mapped_column(CodeText, unique=True)
    prospect_number: Mapped[str | None] = mapped_column(CodeText, unique=True)
    name: Mapped[str] = mapped_column(CodeText)
    name_key: Mapped[str] = mapped_column(CodeText, default="")  #: normalised name, for the duplicate guard (CUS-06)
    short_name: Mapped[str] = mapped_column(CodeText, default="")
    credit_code: Mapped[str | None] = mapped_column(Protected("customers.credit_code"))
    credit_code_key: Mapped[str] = mapped_column(CodeText, default="")  #: blind index
    contact_name: Mapped[str] = mapped_column(Protected("customers.contact_name"), default="")
    contact_title: Mapped[str] = mapped_column(Protected("customers.contact_title"), default="")
    address: Mapped[str] = mapped_column(Protected("customers.address"), default="")
    city: Mapped[str] = mapped_column(CodeText, default="")
    region: Mapped[str] = mapped_column(CodeText, default="")
    postal_code: Mapped[str] = mapped_column(Text, default="")
    country: Mapped[str] = mapped_column(CodeText, default="")
    phone: Mapped[str] = mapped_column(Protected("customers.phone"), default="")
    phone_key: Mapped[str] = mapped_column(CodeText, default="")  #: blind index of its digits
    email_key: Mapped[str] = mapped_column(CodeText, default="")  #: blind index
    fax: Mapped[str] = mapped_column(Protected("customers.fax"), default="")
    email: Mapped[str] = mapped_column(Protected("customers.email"), default="")
    website: Mapped[str] = mapped_column(Text, default="")
    legal_representative: Mapped[str] = mapped_column(Protected("customers.legal_representative"), default="")
    industry: Mapped[str] = mapped_column(CodeText, default="")
    business_type: Mapped[str] = mapped_column(CodeText, default="")
    stage: Mapped[str] = mapped_column(CodeText, default="")
    founded_on: Mapped[date | None] = mapped_column(Date)
    trade_since: Mapped[date | None] = mapped_column(Date)
    notes: Mapped[str] = mapped_column(Protected("customers.notes"), default="")
    owner_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    department_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_department.id", ondelete="RESTRICT"))
    origin: Mapped[str] = mapped_column(Text, default="")  #: how the record came: page, import, command
    created_by: Mapped[str] = mapped_column(Text, default="")  #: login
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)
    seal: Mapped[str | None] = mapped_column(CodeText)  #: token of the row, which its protected values are bound to
    seal_version: Mapped[int | None] = mapped_column(Integer, index=True)  #: of the oldest key that it needs

    def __repr__(self) -> str:
        return f"<Customer {self.code or self.prospect_number or self.id}>"


class CustomerChange(Base):
    """One field of one record that changed, with both values as people read them (CUS-05)."""

    __tablename__ = "customers_change"
    __table_args__ = (Index(None, "customer_id", "at", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(Text)  #: login
    field: Mapped[str] = mapped_column(Text)
    person: Mapped[str | None] = mapped_column(Protected("customers.contact.name", row=""))  #: the key person meant
    old: Mapped[str] = mapped_column(Protected("customers.", name_from="field"))
    new: Mapped[str] = mapped_column(Protected("customers.", name_from="field"))
    source: Mapped[str] = mapped_column(Text)  #: page, import, command
    seal_version: Mapped[int | None] = mapped_column(Integer, index=True)


class CustomerOwner(Base):
    """Who was responsible from when to when; ``to_at`` is empty for the owner of today (CUS-04)."""

    __tablename__ = "customers_owner"
    __table_args__ = (
        Index(None, "customer_id", "from_at"),
        Index(
            "uq_customers_owner_open",
            "customer_id",
            unique=True,
            sqlite_where=text("to_at IS NULL"),
            postgresql_where=text("to_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"), index=True)
    department_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_department.id", ondelete="SET NULL"))
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    to_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class UsedCode(Base):
    """Every code and prospect number ever given. Rows are never deleted, so that none is given twice (CUS-01).

    ``customer_id`` is no foreign key: the row outlives the record.
    """

    __tablename__ = "customers_used_code"

    code: Mapped[str] = mapped_column(CodeText, primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInt, index=True)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reverted_name: Mapped[str] = mapped_column(Text, default="")  #: of whom, when the import that gave it was reverted


guard(Customer)


class StagedKey(Base):
    """What an import derives from a staged row: the keys of the duplicate guard, and the code a new record gets.

    Written by the check of a batch and removed when the batch is applied.
    """

    __tablename__ = "customers_staged_key"
    __table_args__ = (Index(None, "batch_id", "name_key"), Index(None, "batch_id", "phone_key"))

    batch_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    row: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    name_key: Mapped[str] = mapped_column(CodeText, default="")
    phone_key: Mapped[str] = mapped_column(CodeText, default="")
    code: Mapped[str | None] = mapped_column(CodeText)
