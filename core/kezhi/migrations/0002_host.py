"""What the plugin host keeps: manifests, serving processes, restricted rows, jobs."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, Json, UtcDateTime

revision = "kezhi_0002"
down_revision = "kezhi_0001"


def upgrade() -> None:
    op.add_column("kezhi_plugin", sa.Column("manifest", Json, nullable=False, server_default=sa.text("'{}'")))
    op.create_table(
        "kezhi_process",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("generation", BigInt, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "kezhi_restricted",
        sa.Column("plugin", sa.String(60), primary_key=True),
        sa.Column("table_name", sa.String(80), primary_key=True),
        sa.Column("record_id", BigInt, primary_key=True, autoincrement=False),
    )
    op.create_table(
        "kezhi_job",
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("job", sa.String(120), nullable=False),
        sa.Column("slot", sa.String(120), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("requested_by", sa.String(80), nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("lease_until", UtcDateTime),
        sa.Column("worker", sa.String(80)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sa.UniqueConstraint("job", "slot", name="uq_kezhi_job_job_slot"),
    )
    op.create_index("ix_kezhi_job_state_due_at", "kezhi_job", ["state", "due_at"])


def downgrade() -> None:
    for name in ("job", "restricted", "process"):
        op.drop_table(f"kezhi_{name}")
    op.drop_column("kezhi_plugin", "manifest")
