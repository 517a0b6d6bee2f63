"""Files, their versions and blobs."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, UtcDateTime

revision = "files_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "files_blob",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("size", BigInt, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("written_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_files_blob"),
    )
    op.create_table(
        "files_file",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("plugin", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("record_id", BigInt, nullable=True),
        sa.Column("customer_id", BigInt, nullable=True),
        sa.Column("latest", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("deleted_at", UtcDateTime, nullable=True),
        sa.Column("deleted_by", sa.String(80), nullable=False),
        sa.Column("deleted_reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_files_file"),
        sa.CheckConstraint("record_id IS NOT NULL OR customer_id IS NOT NULL", name=op.f("ck_files_file_hangs")),
    )
    op.create_index("ix_files_file_record", "files_file", ["plugin", "kind", "record_id"])
    op.create_index("ix_files_file_customer_id", "files_file", ["customer_id", "plugin", "kind"])
    op.create_index("ix_files_file_deleted_at", "files_file", ["deleted_at"])
    op.create_table(
        "files_version",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("file_id", BigInt, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.String(120), nullable=False),
        sa.Column("size", BigInt, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("blob", sa.String(64), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("uploaded_at", UtcDateTime, nullable=False),
        sa.Column("uploaded_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_files_version"),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files_file.id"], name="fk_files_version_file_id_files_file", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["blob"], ["files_blob.name"], name="fk_files_version_blob_files_blob", ondelete="RESTRICT"
        ),
        sa.UniqueConstraint("file_id", "number", name="uq_files_version_file_id_number"),
    )
    op.create_index("ix_files_version_blob", "files_version", ["blob"], unique=True)


def downgrade() -> None:
    op.drop_table("files_version")
    op.drop_table("files_file")
    op.drop_table("files_blob")
