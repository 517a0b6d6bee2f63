"""Duties and to whom overdue ones were passed up (TSK-01); notices and how they go out by e-mail (TSK-02)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, Json, UtcDateTime, model_base

Base: Any = model_base("tasks")

#: how a task ended: somebody said so, what it asked for has happened, or it fell away
DONE, KEPT, DROPPED = "done", "kept", "dropped"


class Task(Base):
    """Something that somebody has to do by an instant.

    ``slot`` names the occasion within its kind: the same occasion is never opened twice. ``owner_id`` is whose it is;
    without one it is up to the department. ``held_by_id`` is whose it was when it ended: handing customers over moves
    ``owner_id``. ``subject`` says what it is about, as it was called when the task was opened; ``reference`` leads to
    its page. ``customer_id`` says whose data the row holds: merging, erasing and handing over follow it.
    """

    __tablename__ = "tasks_task"
    __table_args__ = (
        UniqueConstraint("kind", "slot"),
        Index("ix_tasks_task_owner", "owner_id", "closed_at", "due_at"),
        Index("ix_tasks_task_held_by", "held_by_id", "closed_at"),
        Index("ix_tasks_task_department", "department_id", "closed_at", "due_at"),
        Index("ix_tasks_task_open", "closed_at", "due_at"),
        Index("ix_tasks_task_due", "due_at", "id"),
        Index("ix_tasks_task_customer_id", "customer_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(CodeText)
    kind_title: Mapped[Any] = mapped_column(Json)  #: {"zh", "en"}
    slot: Mapped[str] = mapped_column(CodeText)
    subject: Mapped[str] = mapped_column(Text, default="")
    reference: Mapped[str] = mapped_column(Text, default="")
    customer_id: Mapped[int | None] = mapped_column(BigInt)
    owner_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))
    department_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_department.id", ondelete="SET NULL"))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    level: Mapped[int] = mapped_column(Integer, default=0)  #: how many managers it was passed up to
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str] = mapped_column(String(80), default="")
    outcome: Mapped[str] = mapped_column(String(12), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    held_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="RESTRICT"))


class Escalation(Base):
    """An overdue task was passed up to a manager: ``depth`` departments above the one that has it."""

    __tablename__ = "tasks_escalation"
    __table_args__ = (
        UniqueConstraint("task_id", "user_id"),
        Index("ix_tasks_escalation_user", "user_id", "task_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    task_id: Mapped[int] = mapped_column(BigInt, ForeignKey("tasks_task.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="CASCADE"))
    level: Mapped[int] = mapped_column(Integer)
    depth: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Notice(Base):
    """Somebody is told of something. ``text`` is the sentence, which may leave the house by e-mail; ``subject`` is what
    it is about by name, which may not. ``record_id`` is the record that decides who may see it.
    """

    __tablename__ = "tasks_notice"
    __table_args__ = (
        Index("ix_tasks_notice_unread", "user_id", "read_at"),
        Index("ix_tasks_notice_user", "user_id", "id"),
        Index("ix_tasks_notice_record", "kind", "record_id"),
        Index("ix_tasks_notice_customer_id", "customer_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(CodeText)
    text: Mapped[Any] = mapped_column(Json)  #: {"zh", "en"}
    subject: Mapped[Any] = mapped_column(Json, nullable=True)  #: {"zh", "en"}, or a string
    reference: Mapped[str] = mapped_column(Text, default="")
    record_id: Mapped[int | None] = mapped_column(BigInt)
    customer_id: Mapped[int | None] = mapped_column(BigInt)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Mail(Base):
    """A notice that goes out by e-mail: what it says is written when it is sent. ``due_at`` moves on before every
    attempt, so that no two workers send it at the same time.
    """

    __tablename__ = "tasks_mail"
    __table_args__ = (Index("ix_tasks_mail_due", "ended_at", "due_at"),)

    notice_id: Mapped[int] = mapped_column(BigInt, ForeignKey("tasks_notice.id", ondelete="CASCADE"), primary_key=True)
    in_digest: Mapped[bool] = mapped_column(Boolean)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(12), default="")  #: sent, skipped or failed
    error: Mapped[str] = mapped_column(String(200), default="")


class Recipient(Base):
    """Where a person gets e-mail, and between which minutes of the day none: 1320 to 420 is from 22:00 to 07:00."""

    __tablename__ = "tasks_recipient"

    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str] = mapped_column(Text, default="")
    quiet_from: Mapped[int | None] = mapped_column(Integer)
    quiet_until: Mapped[int | None] = mapped_column(Integer)


class MailChoice(Base):
    """How a person wants one kind of notice by e-mail: now, digest or none; without a row as the kind says."""

    __tablename__ = "tasks_mail_choice"

    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(CodeText, primary_key=True)
    mail: Mapped[str] = mapped_column(String(6))
