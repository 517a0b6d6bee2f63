"""Requests for approval, their steps and signatures (APR-01…03).

The page of a request is rendered from these rows alone, so it survives the app that put the request up.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kezhi import BigInt, CodeText, Json, UtcDateTime, model_base

Base: Any = model_base("approvals")

PENDING, APPROVED, RETURNED, REJECTED = "pending", "approved", "returned", "rejected"
WITHDRAWN, VOID = "withdrawn", "void"

#: states of a step
WAITING, CURRENT, SIGNED, CLOSED = "waiting", "current", "signed", "closed"

#: kinds of seats: one of several people whom the step names, a signature passed on, one more that somebody asked for
NAMED, PASSED_ON, ADDED = "named", "passed_on", "added"

#: states of a seat
OPEN, TAKEN, GIVEN_AWAY = "open", "taken", "given_away"


class Request(Base):
    """What is put to the signers. ``title``, ``snapshot`` and ``digest`` are those of the present ``round``."""

    __tablename__ = "approvals_request"
    __table_args__ = (
        # one open request per subject, on both databases
        Index(
            "uq_approvals_request_open",
            "kind",
            "reference",
            unique=True,
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index("ix_approvals_request_subject", "kind", "reference", "id"),
        Index("ix_approvals_request_status", "status", "id"),
        Index("ix_approvals_request_requester", "requester_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(CodeText, unique=True)  #: SP-000001
    kind: Mapped[str] = mapped_column(CodeText)
    reference: Mapped[str] = mapped_column(CodeText)  #: the subject's id in its own app
    app: Mapped[str] = mapped_column(String(60))  #: the plugin that carries it out
    app_title: Mapped[Any] = mapped_column(Json)
    kind_title: Mapped[Any] = mapped_column(Json)
    title: Mapped[Any] = mapped_column(Json)
    snapshot: Mapped[Any] = mapped_column(Json)
    digest: Mapped[str] = mapped_column(String(128))
    #: None when the system put it up (a command or job without a named person)
    requester_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    requester_login: Mapped[str] = mapped_column(String(80))
    requester_name: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(12), default=PENDING)
    step: Mapped[int] = mapped_column(Integer, default=1)  #: position of the step that is to be signed
    round: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)  #: when its maker put the present content up
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)
    #: the version of the company's flow that the present round follows; None: what the app ships
    flow_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("approvals_flow.id", ondelete="RESTRICT"))

    flow: Mapped[FlowVersion | None] = relationship(viewonly=True)
    steps: Mapped[list[RequestStep]] = relationship(
        order_by=lambda: (RequestStep.round, RequestStep.position), viewonly=True
    )
    signatures: Mapped[list[Signature]] = relationship(order_by=lambda: Signature.id, viewonly=True)
    seats: Mapped[list[Seat]] = relationship(order_by=lambda: Seat.id, viewonly=True)
    earlier: Mapped[list[EarlierRound]] = relationship(order_by=lambda: EarlierRound.round, viewonly=True)


class RequestStep(Base):
    """One step of one round. Rows of earlier rounds stay.

    Who can sign: whoever has ``role``, or the person ``user_id``, or who sits on its seats (``seated``). ``needs`` of
    them have to, ``missing`` still do; seats that were added come on top.
    """

    __tablename__ = "approvals_step"
    __table_args__ = (
        UniqueConstraint("request_id", "round", "position", name="uq_approvals_step_position"),
        Index("ix_approvals_step_role", "role", "state"),
        Index("ix_approvals_step_user", "user_id", "state"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    request_id: Mapped[int] = mapped_column(BigInt, ForeignKey("approvals_request.id", ondelete="CASCADE"))
    round: Mapped[int] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer)
    title: Mapped[Any] = mapped_column(Json)
    role: Mapped[str | None] = mapped_column(String(60))
    user_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    state: Mapped[str] = mapped_column(String(12), default=WAITING)
    needs: Mapped[int] = mapped_column(Integer, default=1)
    missing: Mapped[int] = mapped_column(Integer, default=1)
    seated: Mapped[bool] = mapped_column(Boolean, default=False)
    #: the round whose signatures count here: the request came back to a later step and its content is the same
    carried: Mapped[int | None] = mapped_column(Integer)
    #: when its requester and the signers' managers were told that it waits much too long
    raised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: limit in hours of working time, None: that of the company; and what happens after it: remind or escalate
    hours: Mapped[int | None] = mapped_column(Integer)
    late: Mapped[str] = mapped_column(String(10), default="remind")


class Seat(Base):
    """One named person at a step. ``for_id`` is whose signature it is, when that person passed it on.

    Rows stay: a seat that is passed on again is ``given_away``, and the next one follows it.
    """

    __tablename__ = "approvals_seat"
    __table_args__ = (
        # a person has one open seat at a step, whatever races
        Index(
            "uq_approvals_seat_open",
            "step_id",
            "user_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_approvals_seat_request", "request_id", "id"),
        Index("ix_approvals_seat_user", "user_id", "state"),
        Index("ix_approvals_seat_for", "for_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    request_id: Mapped[int] = mapped_column(BigInt, ForeignKey("approvals_request.id", ondelete="CASCADE"))
    step_id: Mapped[int] = mapped_column(BigInt, ForeignKey("approvals_step.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    user_name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12), default=OPEN)
    for_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    for_name: Mapped[str] = mapped_column(String(80), default="")
    by_name: Mapped[str] = mapped_column(String(80), default="")  #: who passed it on or asked for it
    reason: Mapped[str] = mapped_column(Text, default="")
    #: whether this signature comes on top of those that the step needs
    extra: Mapped[bool] = mapped_column(Boolean, default=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Signature(Base):
    """What somebody decided at a step, for whom, and the digest of what they saw. Never changed, never deleted."""

    __tablename__ = "approvals_signature"
    __table_args__ = (
        # one person counts once at a step, whatever races
        UniqueConstraint(
            "request_id", "round", "position", "user_id", "decision", name="uq_approvals_signature_person"
        ),
        Index("ix_approvals_signature_user", "user_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    request_id: Mapped[int] = mapped_column(BigInt, ForeignKey("approvals_request.id", ondelete="CASCADE"))
    round: Mapped[int] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer)
    user_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    user_login: Mapped[str] = mapped_column(String(80))
    user_name: Mapped[str] = mapped_column(String(80))
    #: in whose place: the absent person of a deputy, or who passed the signature on
    for_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    for_name: Mapped[str] = mapped_column(String(80), default="")
    decision: Mapped[str] = mapped_column(String(12))  #: approve, return, back, reject, withdraw or void
    opinion: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    digest: Mapped[str] = mapped_column(String(128))


class Reminder(Base):
    """On which day somebody was last reminded that a request waits for them: once a day, whatever races."""

    __tablename__ = "approvals_reminder"
    __table_args__ = (Index("ix_approvals_reminder_user", "user_id"),)

    request_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("approvals_request.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(Date)


class EarlierRound(Base):
    """What an earlier round had put up, kept when the request is put up again."""

    __tablename__ = "approvals_round"
    __table_args__ = (UniqueConstraint("request_id", "round", name="uq_approvals_round_round"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    request_id: Mapped[int] = mapped_column(BigInt, ForeignKey("approvals_request.id", ondelete="CASCADE"))
    round: Mapped[int] = mapped_column(Integer)
    title: Mapped[Any] = mapped_column(Json)
    snapshot: Mapped[Any] = mapped_column(Json)
    digest: Mapped[str] = mapped_column(String(128))
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(12))
    flow_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("approvals_flow.id", ondelete="RESTRICT"))

    flow: Mapped[FlowVersion | None] = relationship(viewonly=True)


class FlowVersion(Base):
    """A version of the flow that the company keeps for a kind of proposals. Never changed, never deleted."""

    __tablename__ = "approvals_flow"
    __table_args__ = (
        # of two editors of one version the second one learns of the first, whatever races
        UniqueConstraint("kind", "version", name="uq_approvals_flow_version"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(CodeText)
    version: Mapped[int] = mapped_column(Integer)
    steps: Mapped[Any] = mapped_column(Json)  #: as ``flows.stored`` writes them
    shipped: Mapped[bool] = mapped_column(Boolean, default=False)  #: from here on what the app ships holds again
    currency: Mapped[str] = mapped_column(String(3))  #: of the amounts in the steps
    reason: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    author_login: Mapped[str] = mapped_column(String(80))
    author_name: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Deputy(Base):
    """Who signs in somebody's place while that person is away, from the first to the last day (ORG-01)."""

    __tablename__ = "approvals_deputy"
    __table_args__ = (
        Index("ix_approvals_deputy_deputy", "deputy_id", "until"),
        Index("ix_approvals_deputy_user", "user_id", "until"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="CASCADE"))
    deputy_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="CASCADE"))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(String(200), default="")
    made_by: Mapped[str] = mapped_column(String(80))  #: name of who entered it
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  #: when it was taken back
