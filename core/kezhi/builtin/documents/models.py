"""Issued documents and the company's letterhead."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, Json, UtcDateTime, model_base

Base = model_base("documents")
LETTERHEAD = 1  #: there is one


class Issue(Base):  # type: ignore[valid-type,misc]
    """A document as it was issued. Its bytes are the only version of a file; nothing here changes afterwards.

    Of a document about a customer ``customer_id`` is the record, else ``record_id``.
    """

    __tablename__ = "documents_issue"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(CodeText)
    sequence: Mapped[str] = mapped_column(String(60))  # KP-2026
    place: Mapped[int] = mapped_column(Integer)  # in its sequence, without gaps
    kind: Mapped[str] = mapped_column(String(120))
    title: Mapped[Any] = mapped_column(Json)  # of the kind, {"zh", "en"}
    subject: Mapped[str] = mapped_column(Text)
    record_id: Mapped[int | None] = mapped_column(BigInt)
    customer_id: Mapped[int | None] = mapped_column(BigInt)
    variant: Mapped[str] = mapped_column(String(120), default="")
    format: Mapped[str] = mapped_column(String(10))
    file_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("files_file.id", ondelete="SET NULL"))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInt)
    holder: Mapped[str] = mapped_column(String(120))
    keep_until: Mapped[date] = mapped_column(Date)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (
        UniqueConstraint("sequence", "place"),
        Index("ix_documents_issue_number", "number", "id", unique=True),
        Index("ix_documents_issue_issued_at", "issued_at", "id"),
        Index("ix_documents_issue_kind", "kind", "record_id"),
        Index("ix_documents_issue_customer_id", "customer_id", "kind"),
        Index("ix_documents_issue_file_id", "file_id"),
    )


class Letterhead(Base):  # type: ignore[valid-type,misc]
    """What stands at the head and foot of every document. Empty ``company`` means the company's own name."""

    __tablename__ = "documents_letterhead"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    company: Mapped[str] = mapped_column(String(120), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    email: Mapped[str] = mapped_column(String(120), default="")
    footer: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(Integer, default=1)
