"""Issued documents and the letterhead."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, Json, UtcDateTime

revision = "documents_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "documents_issue",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("sequence", sa.String(60), nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(120), nullable=False),
        sa.Column("title", Json, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("record_id", BigInt, nullable=True),
        sa.Column("customer_id", BigInt, nullable=True),
        sa.Column("variant", sa.String(120), nullable=False),
        sa.Column("format", sa.String(10), nullable=False),
        sa.Column("file_id", BigInt, nullable=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", BigInt, nullable=False),
        sa.Column("holder", sa.String(120), nullable=False),
        sa.Column("keep_until", sa.Date, nullable=False),
        sa.Column("issued_at", UtcDateTime, nullable=False),
        sa.Column("issued_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_documents_issue"),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files_file.id"], name="fk_documents_issue_file_id_files_file", ondelete="SET NULL"
        ),
        sa.UniqueConstraint("sequence", "place", name="uq_documents_issue_sequence_place"),
    )
    op.create_index("ix_documents_issue_number", "documents_issue", ["number", "id"], unique=True)
    op.create_index("ix_documents_issue_issued_at", "documents_issue", ["issued_at", "id"])
    op.create_index("ix_documents_issue_kind", "documents_issue", ["kind", "record_id"])
    op.create_index("ix_documents_issue_customer_id", "documents_issue", ["customer_id", "kind"])
    op.create_index("ix_documents_issue_file_id", "documents_issue", ["file_id"])
    op.create_table(
        "documents_letterhead",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("company", sa.String(120), nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("phone", sa.String(60), nullable=False),
        sa.Column("email", sa.String(120), nullable=False),
        sa.Column("footer", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_documents_letterhead"),
    )


def downgrade() -> None:
    op.drop_table("documents_letterhead")
    op.drop_table("documents_issue")
