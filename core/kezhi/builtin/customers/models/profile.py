"""The long sections of the file, its key people, and what we think of it all (CUS-02).

The long texts stand in a table of their own, one row per customer at most, so that the list's table stays narrow.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi.db import BigInt, CodeText, UtcDateTime

from ...protection.fields import Protected, guard
from .records import Base


class Profile(Base):
    """What is known of a customer beyond the basic fields. Without a row nothing is known yet."""

    __tablename__ = "customers_profile"

    customer_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("customers_customer.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    # basic: amounts in minor units of the company's currency
    scale: Mapped[str] = mapped_column(CodeText, default="")
    assets: Mapped[int | None] = mapped_column(BigInt)
    qualifications: Mapped[str] = mapped_column(Text, default="")
    business_scope: Mapped[str] = mapped_column(Text, default="")
    # organisation and owners
    registered_capital: Mapped[int | None] = mapped_column(BigInt)
    parent_company: Mapped[str] = mapped_column(Text, default="")
    shareholders: Mapped[str] = mapped_column(Protected("customers.shareholders"), default="")
    structure: Mapped[str] = mapped_column(Text, default="")
    branches: Mapped[str] = mapped_column(Text, default="")
    # traits; the market share in parts per million
    service_area: Mapped[str] = mapped_column(Text, default="")
    staff_count: Mapped[int | None] = mapped_column(BigInt)
    turnover: Mapped[int | None] = mapped_column(BigInt)
    market_share: Mapped[int | None] = mapped_column(BigInt)
    sales_capacity: Mapped[str] = mapped_column(Text, default="")
    potential: Mapped[str] = mapped_column(Text, default="")
    sales_channels: Mapped[str] = mapped_column(Text, default="")
    management_traits: Mapped[str] = mapped_column(Text, default="")
    culture: Mapped[str] = mapped_column(Text, default="")
    policies: Mapped[str] = mapped_column(Text, default="")
    # business state
    own_results: Mapped[str] = mapped_column(Text, default="")
    results_with_us: Mapped[str] = mapped_column(Text, default="")
    management_quality: Mapped[str] = mapped_column(Protected("customers.management_quality"), default="")
    staff_quality: Mapped[str] = mapped_column(Protected("customers.staff_quality"), default="")
    competitor_dealings: Mapped[str] = mapped_column(Text, default="")
    attitude: Mapped[str] = mapped_column(Text, default="")
    # trade state
    payment_terms: Mapped[str] = mapped_column(Protected("customers.payment_terms"), default="")
    payment_method: Mapped[str] = mapped_column(Protected("customers.payment_method"), default="")
    activities: Mapped[str] = mapped_column(Text, default="")
    open_problems: Mapped[str] = mapped_column(Text, default="")
    strengths: Mapped[str] = mapped_column(Text, default="")
    counter_measures: Mapped[str] = mapped_column(Text, default="")
    reputation: Mapped[str] = mapped_column(Text, default="")
    credit_standing: Mapped[str] = mapped_column(Protected("customers.credit_standing"), default="")
    past_credit_problems: Mapped[str] = mapped_column(Protected("customers.past_credit_problems"), default="")
    # demand
    purchase_frequency: Mapped[str] = mapped_column(Text, default="")
    price_sensitivity: Mapped[str] = mapped_column(Text, default="")
    varieties: Mapped[str] = mapped_column(Text, default="")
    quantities: Mapped[str] = mapped_column(Text, default="")
    quality_demands: Mapped[str] = mapped_column(Text, default="")
    purchase_process: Mapped[str] = mapped_column(Text, default="")
    investment_plans: Mapped[str] = mapped_column(Text, default="")
    # co-operation
    cooperation_history: Mapped[str] = mapped_column(Text, default="")
    projects: Mapped[str] = mapped_column(Text, default="")
    cooperation_results: Mapped[str] = mapped_column(Text, default="")
    cooperation_problems: Mapped[str] = mapped_column(Text, default="")
    # other
    industry_trend: Mapped[str] = mapped_column(Text, default="")
    competitors: Mapped[str] = mapped_column(Text, default="")
    feedback: Mapped[str] = mapped_column(Text, default="")
    seal: Mapped[str | None] = mapped_column(CodeText)  #: that of the customer for whom it was made
    seal_version: Mapped[int | None] = mapped_column(Integer, index=True)


class Contact(Base):
    """A key person of a customer. Who has left stays on file with the day."""

    __tablename__ = "customers_contact"
    __table_args__ = (Index(None, "customer_id", "name_key"), Index(None, "phone_key"), Index(None, "email_key"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Protected("customers.contact.name"))
    name_key: Mapped[str] = mapped_column(CodeText, default="")  #: blind indexes
    phone_key: Mapped[str] = mapped_column(CodeText, default="")
    email_key: Mapped[str] = mapped_column(CodeText, default="")
    post: Mapped[str] = mapped_column(Protected("customers.contact.post"), default="")
    decision_role: Mapped[str] = mapped_column(CodeText, default="")  #: of the company's list
    phone: Mapped[str] = mapped_column(Protected("customers.contact.phone"), default="")
    email: Mapped[str] = mapped_column(Protected("customers.contact.email"), default="")
    birthday: Mapped[date | None] = mapped_column(Protected("customers.contact.birthday", kind="date"))
    preferences: Mapped[str] = mapped_column(Protected("customers.contact.preferences"), default="")
    notes: Mapped[str] = mapped_column(Protected("customers.contact.notes"), default="")
    is_primary: Mapped[bool] = mapped_column(Boolean, default=False)
    left_on: Mapped[date | None] = mapped_column(Date)
    created_by: Mapped[str] = mapped_column(Text, default="")  #: login
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)
    seal: Mapped[str | None] = mapped_column(CodeText)
    seal_version: Mapped[int | None] = mapped_column(Integer, index=True)


class Analysis(Base):
    """What one of us thinks of a customer: dated, signed, never changed. The newest is the one in force."""

    __tablename__ = "customers_analysis"
    __table_args__ = (Index(None, "customer_id", "at", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    author: Mapped[str] = mapped_column(Text)  #: login
    text: Mapped[str] = mapped_column(Protected("customers.analysis"))
    seal: Mapped[str | None] = mapped_column(CodeText)
    seal_version: Mapped[int | None] = mapped_column(Integer, index=True)


guard(Contact)
guard(Analysis)
