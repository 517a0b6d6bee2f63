"""Data requests (查阅申请), their answers, and the register of what left the company (CUS-09)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, Json, UtcDateTime, model_base

from ..protection.fields import Protected, guard

Base: Any = model_base("releases")

#: what is asked for
STATISTICS, EXTRACT, COPY, FILE = "statistics", "extract", "copy", "file"
KINDS = (STATISTICS, EXTRACT, COPY, FILE)

INSIDE, OUTSIDE = "inside", "outside"

#: states of a request; ``signed`` is the only one in which it can be answered or declined
WAITING, SIGNED, RETURNED, REJECTED, WITHDRAWN = "waiting", "signed", "returned", "rejected", "withdrawn"
ANSWERED, DECLINED = "answered", "declined"


class DataRequest(Base):
    """What somebody asks the holder of the customer files for. Its customers are its lines, others stand in ``scope``.

    Nothing here is changed once it is signed, but how it ends. A returned one is changed and sent again.
    """

    __tablename__ = "releases_request"
    __table_args__ = (
        CheckConstraint("destination = 'inside' OR recipient <> ''", name="recipient"),
        Index(None, "number", "id"),
        Index(None, "asked_at", "id"),
        Index(None, "due_at", "id"),
        Index(None, "state", "due_at"),
        Index(None, "requester_id", "id"),
        Index(None, "approval_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(CodeText, unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    scope: Mapped[str] = mapped_column(Text, default="")  #: whose data, in words
    purpose: Mapped[str] = mapped_column(Text)
    until: Mapped[date] = mapped_column(Date)  #: the last day on which the answer may be looked at
    destination: Mapped[str] = mapped_column(String(8), default=INSIDE)
    recipient: Mapped[str] = mapped_column(Text, default="")  #: the organisation outside that gets it
    state: Mapped[str] = mapped_column(String(12), default=WAITING)
    approval_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("approvals_request.id", ondelete="SET NULL"))
    approval_number: Mapped[str] = mapped_column(CodeText, default="")
    digest: Mapped[str] = mapped_column(String(64))
    requester_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    department_id: Mapped[int | None] = mapped_column(
        BigInt, ForeignKey("accounts_department.id", ondelete="SET NULL")
    )  #: that of the requester when it was asked
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  #: by when the holder answers, in working time
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str] = mapped_column(Text, default="")  #: login
    reason: Mapped[str] = mapped_column(Text, default="")  #: why it was declined, rejected or returned
    version: Mapped[int] = mapped_column(Integer, default=1)

    def __repr__(self) -> str:
        return f"<DataRequest {self.number}>"


class RequestLine(Base):
    """A customer whose data is asked for. The code is that of then: it survives a merge and a destruction."""

    __tablename__ = "releases_request_line"
    __table_args__ = (Index(None, "request_id", "id"), Index(None, "customer_id", "request_id"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    request_id: Mapped[int] = mapped_column(BigInt, ForeignKey("releases_request.id", ondelete="CASCADE"))
    customer_id: Mapped[int] = mapped_column(BigInt)  # no foreign key: what was asked stays when the file is gone
    code: Mapped[str] = mapped_column(CodeText)


class Answer(Base):
    """What the holder gave. A row of its own, because fewer people see it than the request. Its files hang on it.

    It can be looked at through ``expires_on``, until 24:00 of the company's zone. ``erased`` is the number of the
    destruction that took its contents away.
    """

    __tablename__ = "releases_answer"
    __table_args__ = (Index(None, "expires_on"),)

    id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("releases_request.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    text: Mapped[str] = mapped_column(Protected("releases.answer.text"), default="")
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_by: Mapped[str] = mapped_column(Text)  #: login
    expires_on: Mapped[date] = mapped_column(Date)
    erased: Mapped[str] = mapped_column(CodeText, default="")
    seal: Mapped[str | None] = mapped_column(CodeText)
    seal_version: Mapped[int | None] = mapped_column(Integer, index=True)


class Release(Base):
    """What left the company: to whom, what for, what, in which version, by whom and when. Never changed.

    A mistake is put right by a new entry that ``supersedes`` the wrong one. ``taken`` names the files and documents as
    they were: ``[{"name", "sha256", "size"}]``. ``crossed`` is the number of the destruction that crossed names out.
    """

    __tablename__ = "releases_release"
    __table_args__ = (
        CheckConstraint("supersedes_id IS NULL OR supersedes_id < id", name="supersedes"),
        Index(None, "number", "id"),
        Index(None, "released_on", "id"),
        Index(None, "request_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(CodeText, unique=True)
    request_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("releases_request.id", ondelete="RESTRICT"))
    supersedes_id: Mapped[int | None] = mapped_column(
        BigInt, ForeignKey("releases_release.id", ondelete="RESTRICT"), unique=True
    )
    correction: Mapped[str] = mapped_column(Text, default="")  #: what was wrong in the entry that it supersedes
    organisation: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Protected("releases.person"), default="")
    contact: Mapped[str] = mapped_column(Protected("releases.contact"), default="")
    purpose: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    edition: Mapped[str] = mapped_column(Text, default="")  #: the version that was given: a document's number, a state
    taken: Mapped[Any] = mapped_column(Json)
    released_on: Mapped[date] = mapped_column(Date)
    released_by: Mapped[str] = mapped_column(Text)  #: login
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    digest: Mapped[str] = mapped_column(String(64))
    crossed: Mapped[str] = mapped_column(CodeText, default="")
    seal: Mapped[str | None] = mapped_column(CodeText)
    seal_version: Mapped[int | None] = mapped_column(Integer, index=True)

    def __repr__(self) -> str:
        return f"<Release {self.number}>"


class ReleaseLine(Base):
    """A customer whose data left the company, by the code of then."""

    __tablename__ = "releases_release_line"
    __table_args__ = (Index(None, "release_id", "id"), Index(None, "customer_id", "release_id"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    release_id: Mapped[int] = mapped_column(BigInt, ForeignKey("releases_release.id", ondelete="CASCADE"))
    customer_id: Mapped[int] = mapped_column(BigInt)
    code: Mapped[str] = mapped_column(CodeText)


for model in (Answer, Release):
    guard(model)  # the session binds the protected values to their rows
