"""What was corrected in the registration of a complaint: the old and the new value of each field (CMP-01)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText
from kezhi.builtin.protection.fields import Protected, guard

from .base import Base


class Correction(Base):
    """One field that an event of kind ``changed`` changed. Ids and keys stand as text; they are read when shown."""

    __tablename__ = "complaints_correction"
    __table_args__ = (
        Index("ix_complaints_correction_event_id", "event_id"),
        Index("ix_complaints_correction_complaint_id", "complaint_id"),
        Index("ix_complaints_correction_seal_version", "seal_version"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    complaint_id: Mapped[int] = mapped_column(BigInt, ForeignKey("complaints_complaint.id", ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column(BigInt, ForeignKey("complaints_event.id", ondelete="CASCADE"))
    field: Mapped[str] = mapped_column(CodeText)
    old: Mapped[str] = mapped_column(Protected("complaints.correction_old"), default="")
    new: Mapped[str] = mapped_column(Protected("complaints.correction_new"), default="")
    seal: Mapped[str | None] = mapped_column(CodeText)
    seal_version: Mapped[int | None] = mapped_column(Integer)


guard(Correction)
