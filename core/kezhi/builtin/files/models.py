"""Files, their versions, and the blobs that hold their bytes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from kezhi import BigInt, UtcDateTime, model_base

Base = model_base("files")


class Blob(Base):  # type: ignore[valid-type,misc]
    """Bytes in the blob folder, under a random name. Outlives its version until the sweep has removed the bytes.

    ``size`` and ``sha256`` are those of the bytes as they lie there, so that they can be verified without any key.
    Of a ``sealed`` one the key stands in :class:`BlobKey`. A destroyed blob is a tombstone: neither bytes nor key.
    """

    __tablename__ = "files_blob"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInt)
    sha256: Mapped[str] = mapped_column(String(64))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed: Mapped[bool] = mapped_column(Boolean, server_default=false())
    destroyed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_files_blob_sealed", "sealed", "name"),)


class BlobKey(Base):  # type: ignore[valid-type,misc]
    """The key of one sealed blob, under version ``version`` of the ring's key for files.

    In a table of its own, without a foreign key: ordinary backups leave it out and keep it in a file beside. Content
    that waits for a job has a key before any row names it.
    """

    __tablename__ = "files_key"

    blob: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (Index("ix_files_key_version", "version", "blob"),)


class File(Base):  # type: ignore[valid-type,misc]
    """A file of a record, named by plugin, kind and id. Of a customer's own files ``customer_id`` is that id.

    ``customer_id`` says whose data the file holds, whatever record it hangs on: merging and erasing follow it.
    """

    __tablename__ = "files_file"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    plugin: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[int | None] = mapped_column(BigInt)
    customer_id: Mapped[int | None] = mapped_column(BigInt)
    latest: Mapped[int] = mapped_column(Integer, default=1)  # number of the newest version
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_by: Mapped[str] = mapped_column(String(80), default="")
    deleted_reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        CheckConstraint("record_id IS NOT NULL OR customer_id IS NOT NULL", name="hangs"),
        Index("ix_files_file_record", "plugin", "kind", "record_id"),
        Index("ix_files_file_customer_id", "customer_id", "plugin", "kind"),
        Index("ix_files_file_deleted_at", "deleted_at"),
    )


class Version(Base):  # type: ignore[valid-type,misc]
    """One state of a file. Never changed. ``size`` and ``sha256`` are those of what was uploaded."""

    __tablename__ = "files_version"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    file_id: Mapped[int] = mapped_column(BigInt, ForeignKey("files_file.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigInt)
    sha256: Mapped[str] = mapped_column(String(64))
    blob: Mapped[str] = mapped_column(String(64), ForeignKey("files_blob.name", ondelete="RESTRICT"))
    note: Mapped[str] = mapped_column(Text, default="")
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    uploaded_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (UniqueConstraint("file_id", "number"), Index("ix_files_version_blob", "blob", unique=True))
