"""The kernel's tables."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, Json, UtcDateTime

revision = "kezhi_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "kezhi_state",
        sa.Column("key", sa.String(40), primary_key=True),
        sa.Column("value", BigInt, nullable=False),
    )
    op.create_table(
        "kezhi_plugin",
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("restricts", Json, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
    )
    op.create_table(
        "kezhi_failure",
        sa.Column("plugin", sa.String(60), primary_key=True),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "kezhi_setting",
        sa.Column("plugin", sa.String(60), primary_key=True),
        sa.Column("key", sa.String(80), primary_key=True),
        sa.Column("value", Json, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
    )
    op.create_table(
        "kezhi_number",
        sa.Column("key", sa.String(80), primary_key=True),
        sa.Column("value", BigInt, nullable=False),
    )
    op.create_table(
        "kezhi_session",
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("address", sa.String(60), nullable=False),
        sa.Column("agent", sa.String(200), nullable=False),
        sa.UniqueConstraint("token_hash", name="uq_kezhi_session_token_hash"),
    )
    op.create_index("ix_kezhi_session_user_id", "kezhi_session", ["user_id"])
    op.create_table(
        "kezhi_audit",
        sa.Column("seq", BigInt, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("action", sa.String(80), nullable=False),
        sa.Column("object_kind", sa.String(80), nullable=False),
        sa.Column("object_id", sa.String(80), nullable=False),
        sa.Column("result", sa.String(20), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("previous", sa.LargeBinary(32), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
    )
    op.create_index("ix_kezhi_audit_object", "kezhi_audit", ["object_kind", "object_id"])
    op.create_table(
        "kezhi_audit_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", BigInt, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
    )
    op.create_table(
        "kezhi_submission",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.bulk_insert(sa.table("kezhi_state", sa.column("key"), sa.column("value")), [{"key": "generation", "value": 1}])
    op.bulk_insert(
        sa.table("kezhi_audit_head", sa.column("id"), sa.column("seq"), sa.column("hash", sa.LargeBinary)),
        [{"id": 1, "seq": 0, "hash": b"\0" * 32}],
    )


def downgrade() -> None:
    for name in ("submission", "audit_head", "audit", "session", "number", "setting", "failure", "plugin", "state"):
        op.drop_table(f"kezhi_{name}")
