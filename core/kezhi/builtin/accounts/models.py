"""People, their departments and roles, and the counters of failed log-ins (ORG-01, ORG-02)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi.db import BigInt, CodeText, Json, UtcDateTime, model_base

Base: Any = model_base("accounts")

ADMINISTRATOR = "administrator"


class Department(Base):
    """A node of the department tree. ``DepartmentClosure`` follows ``parent_id``; only the services write both."""

    __tablename__ = "accounts_department"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(CodeText, unique=True)
    parent_id: Mapped[int | None] = mapped_column(
        BigInt, ForeignKey("accounts_department.id", ondelete="RESTRICT"), index=True
    )
    manager_id: Mapped[int | None] = mapped_column(
        BigInt, ForeignKey("accounts_user.id", ondelete="SET NULL", use_alter=True), index=True
    )
    version: Mapped[int] = mapped_column(Integer, default=1)
    #: the establishment: heads planned per post; None where the company has not decided (ORG-01)
    planned_managers: Mapped[int | None] = mapped_column(Integer)
    planned_staff: Mapped[int | None] = mapped_column(Integer)


class DepartmentClosure(Base):
    """Every department with each one above it, and with itself at depth 0."""

    __tablename__ = "accounts_department_closure"

    ancestor_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("accounts_department.id", ondelete="CASCADE"), primary_key=True
    )
    descendant_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("accounts_department.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    depth: Mapped[int] = mapped_column(Integer)


class Account(Base):
    """A person who may log in. Rows are never deleted: who leaves is deactivated."""

    __tablename__ = "accounts_user"
    __table_args__ = (
        Index(None, "login", "id"),
        Index(None, "name", "id"),
        Index(None, "department_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    login: Mapped[str] = mapped_column(CodeText, unique=True)  #: normalised by ``spelling.normal_login``
    name: Mapped[str] = mapped_column(CodeText)
    password_hash: Mapped[str] = mapped_column(Text)
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=True)
    department_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_department.id", ondelete="RESTRICT"))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    locale: Mapped[str | None] = mapped_column(String(20))
    theme: Mapped[str | None] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    password_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)


class Role(Base):
    """A role the policies name. Shipped ones come from ``roles.toml``; ``position`` is their order in lists."""

    __tablename__ = "accounts_role"

    key: Mapped[str] = mapped_column(CodeText, primary_key=True)
    title: Mapped[Any] = mapped_column(Json)  #: {"zh", "en"}
    shipped: Mapped[bool] = mapped_column(Boolean, default=False)
    position: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(Integer, default=1)  #: raised by every change of what it permits
    second_factor: Mapped[bool] = mapped_column(Boolean, default=False)  #: whoever has it needs a second factor


class AccountRole(Base):
    """A person has a role."""

    __tablename__ = "accounts_user_role"

    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="CASCADE"), primary_key=True)
    role_key: Mapped[str] = mapped_column(
        CodeText, ForeignKey("accounts_role.key", ondelete="RESTRICT"), primary_key=True, index=True
    )


class RolePermission(Base):
    """Where the company departs from a permission's default roles: ``granted`` adds it, else it is taken away."""

    __tablename__ = "accounts_role_permission"

    role_key: Mapped[str] = mapped_column(
        CodeText, ForeignKey("accounts_role.key", ondelete="CASCADE"), primary_key=True
    )
    permission: Mapped[str] = mapped_column(CodeText, primary_key=True)
    granted: Mapped[bool] = mapped_column(Boolean)


class Attempt(Base):
    """Failed log-ins of one login or from one address since the last success, and until when it is locked.

    Wrong codes of the second factor are counted apart: a right password does not take them back.
    """

    __tablename__ = "accounts_attempt"

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)  #: login, code or address
    subject: Mapped[str] = mapped_column(CodeText, primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Factor(Base):
    """A person's second factor. ``secret`` and ``pending`` are sealed under the key ring (``sealing``).

    ``pending`` is a secret whose first code has not been typed yet; the one in force stays until then. ``last_step`` is
    the time step of the last code that was taken: no code counts twice.
    """

    __tablename__ = "accounts_factor"

    user_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("accounts_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    secret: Mapped[str | None] = mapped_column(Text)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_step: Mapped[int | None] = mapped_column(BigInt)
    pending: Mapped[str | None] = mapped_column(Text)
    seal_version: Mapped[int | None] = mapped_column(
        Integer
    )  #: of the oldest key that it needs; None: the settings key


class RecoveryCode(Base):
    """A code for when the telephone is lost: its hash. Each counts once."""

    __tablename__ = "accounts_recovery_code"

    user_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("accounts_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HalfLogIn(Base):
    """A log-in whose password was right and whose second factor is still asked for; the browser holds the token.

    ``secret`` is the sealed secret of somebody who has to set up a second factor first.
    """

    __tablename__ = "accounts_half_log_in"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    secret: Mapped[str | None] = mapped_column(Text)
    seal_version: Mapped[int | None] = mapped_column(Integer)


class PasswordLink(Base):
    """A link by which a person sets a password once, until ``expires_at``; kept as the hash of its code."""

    __tablename__ = "accounts_password_link"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="CASCADE"), index=True)
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  #: used, taken back, or replaced by a later one
    used: Mapped[bool] = mapped_column(Boolean, default=False)
