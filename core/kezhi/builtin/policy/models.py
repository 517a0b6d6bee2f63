"""What the company says does not apply to it, and how every obligation stood from day to day (PER-01)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, UtcDateTime, model_base

Base: Any = model_base("policy")


class Exemption(Base):
    """Somebody answers for it that an obligation does not apply to the company. Ended ones are kept.

    ``line`` is the key of the obligation: plugin, clause and perhaps the obligation's own key.
    """

    __tablename__ = "policy_exemption"
    __table_args__ = (Index("ix_policy_exemption_line", "line", "ended_at"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    line: Mapped[str] = mapped_column(CodeText)
    reason: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by: Mapped[str] = mapped_column(String(80))  #: login
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str] = mapped_column(String(80), default="")


class Stretch(Base):
    """From ``first_on`` to ``last_on`` an obligation was found in one state every day.

    A day on which nothing was recorded begins a new stretch, so that the gap shows. ``breaches`` is the most of them.
    """

    __tablename__ = "policy_stretch"
    __table_args__ = (Index("ix_policy_stretch_line", "line", "last_on"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    line: Mapped[str] = mapped_column(CodeText)
    state: Mapped[str] = mapped_column(String(12))
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)
    breaches: Mapped[int] = mapped_column(Integer, default=0)
