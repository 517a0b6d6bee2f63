"""What the plugin keeps."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ForeignKey, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, model_base

Base: Any = model_base("pledges")


class Pledge(Base):
    """A promise of a customer, in words."""

    __tablename__ = "pledges_pledge"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="RESTRICT"))
    promise: Mapped[str] = mapped_column(Text)
    promised_by: Mapped[str] = mapped_column(Text)
    kept: Mapped[bool] = mapped_column(Boolean, server_default=false(), default=False)
