"""A file on its way into the records: the batch, its staged rows, what is wrong with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, CodeText, Json, UtcDateTime, model_base

from ..protection.fields import Protected, ProtectedJson

Base = model_base("imports")

#: loading → unmapped | checked → applied | refused | discarded; applied → reverted
#: long files: loading → failed; checked → applying → applied | checked; applied → reverting → reverted | applied
LOADING, UNMAPPED, CHECKED, APPLIED, REFUSED, DISCARDED, REVERTED, APPLYING, FAILED, REVERTING = (
    "loading",
    "unmapped",
    "checked",
    "applied",
    "refused",
    "discarded",
    "reverted",
    "applying",
    "failed",
    "reverting",
)


class Batch(Base):  # type: ignore[valid-type,misc]
    """One upload. ``created`` … ``failed`` are what a dry run foresees until the batch is applied."""

    __tablename__ = "imports_batch"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    filename: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(12))
    requester_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="SET NULL"))
    requester_login: Mapped[str] = mapped_column(String(80))
    encoding: Mapped[str] = mapped_column(String(20))  # of a CSV file; "xlsx" for a workbook
    sheet: Mapped[str] = mapped_column(Text)
    header: Mapped[list[str]] = mapped_column(Json)
    mapping: Mapped[dict[str, str]] = mapped_column(Json)  # field key: column of the file
    ignored: Mapped[list[str]] = mapped_column(Json)  # columns without a field
    skip_bad_rows: Mapped[bool] = mapped_column(Boolean, default=False)
    rows: Mapped[int] = mapped_column(Integer, default=0)
    created: Mapped[int] = mapped_column(Integer, default=0)
    updated: Mapped[int] = mapped_column(Integer, default=0)
    unchanged: Mapped[int] = mapped_column(Integer, default=0)
    failed: Mapped[int] = mapped_column(Integer, default=0)
    loaded: Mapped[int] = mapped_column(Integer, default=1)  # the file's last staged row; who loads holds it
    removed: Mapped[int] = mapped_column(Integer, default=0)  # of ``created``: taken away again by a revert
    restored: Mapped[int] = mapped_column(Integer, default=0)  # records that got their former values back
    expected: Mapped[int] = mapped_column(Integer, default=0)  # rows of a file that is read in a job; 0: not known
    note: Mapped[str] = mapped_column(Text, default="")  # why a job did not do what it should, for the requester
    revision: Mapped[int] = mapped_column(Integer, default=1)  # raised when cells are mended
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_imports_batch_sha256", "sha256"),
        Index("ix_imports_batch_requester_id", "requester_id"),
        Index("ix_imports_batch_state", "state", "touched_at"),
    )


class Row(Base):  # type: ignore[valid-type,misc]
    """A staged row. ``data`` holds the values read, ``raw`` the cells as written, for the error file."""

    __tablename__ = "imports_row"

    batch_id: Mapped[int] = mapped_column(BigInt, ForeignKey("imports_batch.id", ondelete="CASCADE"), primary_key=True)
    row: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)  # the header is row 1
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    raw: Mapped[list[str]] = mapped_column(ProtectedJson("imports.raw"))
    target_id: Mapped[int | None] = mapped_column(BigInt)
    action: Mapped[str | None] = mapped_column(String(10))  # create, update, unchanged
    bad: Mapped[bool] = mapped_column(Boolean, default=False)
    seal: Mapped[str | None] = mapped_column(CodeText)  # token of the record that the protected values are meant for
    seal_version: Mapped[int | None] = mapped_column(Integer, index=True)

    # from a record to its row: without it SQLite reads the whole batch for every record that is updated
    __table_args__ = (Index("ix_imports_row_target_id", "target_id", "batch_id"),)


class Problem(Base):  # type: ignore[valid-type,misc]
    """What is wrong with a row (``error``) or odd about it (``warning``), in the requester's language."""

    __tablename__ = "imports_problem"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    batch_id: Mapped[int] = mapped_column(BigInt, ForeignKey("imports_batch.id", ondelete="CASCADE"))
    row: Mapped[int] = mapped_column(Integer)
    column: Mapped[str] = mapped_column(String(80))  # key of the field; empty when the whole row is meant
    level: Mapped[str] = mapped_column(String(10))
    message: Mapped[str] = mapped_column(Protected("imports.message", row=""))  # may quote a value
    seal_version: Mapped[int | None] = mapped_column(Integer, index=True)
    origin: Mapped[str] = mapped_column(String(10))  # file: found by reading; check: found by comparing, done anew

    __table_args__ = (Index("ix_imports_problem_batch_id_row", "batch_id", "row"),)


class Kept(Base):  # type: ignore[valid-type,misc]
    """What an applied import did to one row of a table, so that it can be reverted (decision 15).

    ``before`` and ``after`` hold the columns that the import may write; they are erased with the customer's data. What
    is protected stands sealed in ``before``, and as the digest it is compared by in ``after``.
    """

    __tablename__ = "imports_kept"

    batch_id: Mapped[int] = mapped_column(BigInt, ForeignKey("imports_batch.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[str] = mapped_column(String(60), primary_key=True)  # name of the table
    key: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    key2: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)  # 0 where one column is the key
    record_id: Mapped[int] = mapped_column(BigInt)  # the record that the row is part of
    unit_id: Mapped[int] = mapped_column(BigInt)  # what is reverted together or not at all
    customer_id: Mapped[int | None] = mapped_column(BigInt)  # whom it is about
    change: Mapped[str] = mapped_column(String(10))  # create, update, delete; same: untouched row of a set
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)
    obstacle: Mapped[str] = mapped_column(String(10), default="")  # set while a revert runs
    seal_version: Mapped[int | None] = mapped_column(Integer, index=True)

    __table_args__ = (
        Index("ix_imports_kept_customer_id", "customer_id"),
        Index("ix_imports_kept_batch_id_unit_id", "batch_id", "unit_id"),
    )


class ChosenColumns(Base):  # type: ignore[valid-type,misc]
    """The columns that a person chose for files of a kind with these heads: what the next such file is read by."""

    __tablename__ = "imports_chosen_columns"

    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("accounts_user.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    heads: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of the heads in their order
    mapping: Mapped[dict[str, str]] = mapped_column(Json)  # field key: column, or nothing
    chosen_at: Mapped[datetime] = mapped_column(UtcDateTime)
