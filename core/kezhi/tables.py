"""The kernel's own tables (``kezhi_*``)."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint, text

from .db import BigInt, Json, UtcDateTime, metadata

#: one integer: raised by every change of the enabled set
state = Table(
    "kezhi_state", metadata, Column("key", String(40), primary_key=True), Column("value", BigInt, nullable=False)
)

plugin = Table(
    "kezhi_plugin",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("enabled", Boolean, nullable=False),
    Column("version", String(40), nullable=False),  # of the code that last migrated its tables
    Column("restricts", Json, nullable=False),  # tables whose rows it may hide, for when it cannot load
    # what is known of it while it cannot load: title, depends, tables in the order of their making, record links
    Column("manifest", Json, nullable=False, server_default=text("'{}'")),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(80), nullable=False),
)

#: why a plugin does not run, as the last process saw it
failure = Table(
    "kezhi_failure",
    metadata,
    Column("plugin", String(60), primary_key=True),
    Column("stage", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

setting = Table(
    "kezhi_setting",
    metadata,
    Column("plugin", String(60), primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("value", Json, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(80), nullable=False),
)

number = Table(
    "kezhi_number", metadata, Column("key", String(80), primary_key=True), Column("value", BigInt, nullable=False)
)

session = Table(
    "kezhi_session",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("user_id", BigInt, nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("address", String(60), nullable=False),
    Column("agent", String(200), nullable=False),
)

audit_entry = Table(
    "kezhi_audit",
    metadata,
    Column("seq", BigInt, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),  # the very text that was hashed
    Column("actor", String(80), nullable=False),
    Column("action", String(80), nullable=False),
    Column("object_kind", String(80), nullable=False),
    Column("object_id", String(80), nullable=False),
    Column("result", String(20), nullable=False),
    Column("payload", Text, nullable=False),  # canonical JSON
    Column("previous", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Index("ix_kezhi_audit_object", "object_kind", "object_id"),
    Index("ix_kezhi_audit_actor", "actor", "seq"),
    Index("ix_kezhi_audit_action", "action", "seq"),
    Index("ix_kezhi_audit_at", "at"),
)

audit_head = Table(
    "kezhi_audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInt, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)

#: forms that were already carried out: a second submit answers as the first did
submission = Table(
    "kezhi_submission",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("result", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

#: serving processes and the oldest set of plugins each of them still answers with
process = Table(
    "kezhi_process",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("generation", BigInt, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

#: rows that a plugin hides from somebody: they stay hidden while it cannot load
restricted = Table(
    "kezhi_restricted",
    metadata,
    Column("plugin", String(60), primary_key=True),
    Column("table_name", String(80), primary_key=True),
    Column("record_id", BigInt, primary_key=True, autoincrement=False),
)

#: work in the background: each slot of a job is there once
job = Table(
    "kezhi_job",
    metadata,
    Column("id", BigInt, primary_key=True),
    Column("job", String(120), nullable=False),
    Column("slot", String(120), nullable=False),
    Column("payload", Json, nullable=False),
    Column("state", String(12), nullable=False),  # waiting, running, done, dead, skipped
    Column("requested_by", String(80), nullable=False),  # login; it runs with the rights this person has then
    Column("due_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("worker", String(80)),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("started_at", UtcDateTime),  # of the last attempt
    Column("progress", Json),  # of the last attempt: {"done", "of", "text"}
    Column("cancelled_by", String(80)),  # login of who asked a run to stop
    UniqueConstraint("job", "slot"),
    Index("ix_kezhi_job_state_due_at", "state", "due_at"),
)
