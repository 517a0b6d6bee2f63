"""Duties, and to whom overdue ones were passed up (TSK-01)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
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
