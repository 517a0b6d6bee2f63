"""What an import replaced, so that it can be reverted."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, Json

revision = "imports_0002"
down_revision = "imports_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("imports_batch") as batch:
        batch.add_column(sa.Column("removed", sa.Integer, nullable=False, server_default="0"))
        batch.add_column(sa.Column("restored", sa.Integer, nullable=False, server_default="0"))
    with op.batch_alter_table("imports_batch") as batch:
        batch.alter_column("removed", server_default=None)
        batch.alter_column("restored", server_default=None)
    op.create_table(
        "imports_kept",
        sa.Column("batch_id", BigInt, nullable=False),
        sa.Column("part", sa.String(60), nullable=False),
        sa.Column("key", BigInt, nullable=False, autoincrement=False),
        sa.Column("key2", BigInt, nullable=False, autoincrement=False),
        sa.Column("record_id", BigInt, nullable=False),
        sa.Column("unit_id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=True),
        sa.Column("change", sa.String(10), nullable=False),
        sa.Column("before", Json, nullable=True),
        sa.Column("after", Json, nullable=True),
        sa.Column("obstacle", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "part", "key", "key2", name="pk_imports_kept"),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["imports_batch.id"], name="fk_imports_kept_batch_id_imports_batch", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_imports_kept_customer_id", "imports_kept", ["customer_id"])
    op.create_index("ix_imports_kept_batch_id_unit_id", "imports_kept", ["batch_id", "unit_id"])


def downgrade() -> None:
    op.drop_table("imports_kept")
    with op.batch_alter_table("imports_batch") as batch:
        batch.drop_column("restored")
        batch.drop_column("removed")
