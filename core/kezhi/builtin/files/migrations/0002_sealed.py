"""Blobs are sealed: which are, their keys, and the tombstones of destroyed ones."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import UtcDateTime

revision = "files_0002"
down_revision = "files_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("files_blob", sa.Column("sealed", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("files_blob", sa.Column("destroyed_at", UtcDateTime, nullable=True))
    op.create_index("ix_files_blob_sealed", "files_blob", ["sealed", "name"])
    op.create_table(
        "files_key",
        sa.Column("blob", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("blob", name="pk_files_key"),
    )
    op.create_index("ix_files_key_version", "files_key", ["version", "blob"])


def downgrade() -> None:
    """Only for content in the clear: sealed content cannot be opened without its keys."""
    sealed = op.get_bind().execute(sa.text("SELECT count(*) FROM files_key")).scalar_one()
    if sealed:
        raise RuntimeError(f"{sealed} files are sealed: their keys stand in the table that would go")
    op.drop_table("files_key")
    op.drop_index("ix_files_blob_sealed", "files_blob")
    op.drop_column("files_blob", "destroyed_at")
    op.drop_column("files_blob", "sealed")
