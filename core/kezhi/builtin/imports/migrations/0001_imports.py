"""Batches, staged rows and their problems."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, Json, UtcDateTime

revision = "imports_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imports_batch",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("filename", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("requester_id", BigInt, nullable=True),
        sa.Column("requester_login", sa.String(80), nullable=False),
        sa.Column("encoding", sa.String(20), nullable=False),
        sa.Column("sheet", sa.Text, nullable=False),
        sa.Column("header", Json, nullable=False),
        sa.Column("mapping", Json, nullable=False),
        sa.Column("ignored", Json, nullable=False),
        sa.Column("skip_bad_rows", sa.Boolean, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("created", sa.Integer, nullable=False),
        sa.Column("updated", sa.Integer, nullable=False),
        sa.Column("unchanged", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("loaded", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("touched_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imports_batch"),
        sa.ForeignKeyConstraint(
            ["requester_id"],
            ["accounts_user.id"],
            name="fk_imports_batch_requester_id_accounts_user",
            ondelete="SET NULL",
        ),
    )
    op.create_index("ix_imports_batch_sha256", "imports_batch", ["sha256"])
    op.create_index("ix_imports_batch_requester_id", "imports_batch", ["requester_id"])
    op.create_index("ix_imports_batch_state", "imports_batch", ["state", "touched_at"])
    op.create_table(
        "imports_row",
        sa.Column("batch_id", BigInt, nullable=False),
        sa.Column("row", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("raw", Json, nullable=False),
        sa.Column("target_id", BigInt, nullable=True),
        sa.Column("action", sa.String(10), nullable=True),
        sa.Column("bad", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "row", name="pk_imports_row"),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["imports_batch.id"], name="fk_imports_row_batch_id_imports_batch", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_imports_row_target_id", "imports_row", ["target_id", "batch_id"])
    op.create_table(
        "imports_problem",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("batch_id", BigInt, nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("column", sa.String(80), nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("origin", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imports_problem"),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["imports_batch.id"], name="fk_imports_problem_batch_id_imports_batch", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_imports_problem_batch_id_row", "imports_problem", ["batch_id", "row"])


def downgrade() -> None:
    op.drop_table("imports_problem")
    op.drop_table("imports_row")
    op.drop_table("imports_batch")
