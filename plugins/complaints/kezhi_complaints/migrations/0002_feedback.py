"""The feedback register, corrections of registrations, and the public page."""

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt, CodeText, UtcDateTime

revision = "complaints_0002"
down_revision = "complaints_0001"
branch_labels = None
depends_on = None

TABLES = ("public_use", "public_link", "correction", "progress", "feedback")


def upgrade() -> None:
    op.create_table(
        "complaints_public_link",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("code_hash", CodeText, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("made_by", CodeText, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_complaints_public_link"),
        sa.UniqueConstraint("code_hash", name="uq_complaints_public_link_code_hash"),
    )
    op.create_table(
        "complaints_public_use",
        sa.Column("hour", UtcDateTime, nullable=False),
        sa.Column("whence", CodeText, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("hour", "whence", name="pk_complaints_public_use"),
    )
    op.create_table(
        "complaints_feedback",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("customer_id", BigInt, nullable=True),
        sa.Column("sort", sa.String(10), nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("department_id", BigInt, nullable=False),
        sa.Column("owner_id", BigInt, nullable=True),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("told_at", UtcDateTime, nullable=True),
        sa.Column("analysis", sa.Text, nullable=False),
        sa.Column("complaint_id", BigInt, nullable=True),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("received_by_id", BigInt, nullable=True),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("seal", CodeText, nullable=True),
        sa.Column("seal_version", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_complaints_feedback"),
        sa.CheckConstraint("sort IN ('opinion', 'suggestion', 'complaint')", name=op.f("ck_complaints_feedback_sort")),
        sa.CheckConstraint("state IN ('open', 'told', 'went_on')", name=op.f("ck_complaints_feedback_state")),
        sa.UniqueConstraint("number", name="uq_complaints_feedback_number"),
        sa.ForeignKeyConstraint(
            ["received_by_id"],
            ["accounts_user.id"],
            name="fk_complaints_feedback_received_by_id_accounts_user",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["accounts_user.id"],
            name="fk_complaints_feedback_owner_id_accounts_user",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["accounts_department.id"],
            name="fk_complaints_feedback_department_id_accounts_department",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints_complaint.id"],
            name="fk_complaints_feedback_complaint_id_complaints_complaint",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name="fk_complaints_feedback_customer_id_customers_customer",
            ondelete="RESTRICT",
        ),
    )
    op.create_index("ix_complaints_feedback_complaint_id", "complaints_feedback", ["complaint_id"], unique=True)
    op.create_index(
        "ix_complaints_feedback_customer_id_received_at", "complaints_feedback", ["customer_id", "received_at", "id"]
    )
    op.create_index("ix_complaints_feedback_department_id", "complaints_feedback", ["department_id"])
    op.create_index("ix_complaints_feedback_due_on_id", "complaints_feedback", ["due_on", "id"])
    op.create_index("ix_complaints_feedback_number_id", "complaints_feedback", ["number", "id"])
    op.create_index("ix_complaints_feedback_owner_id", "complaints_feedback", ["owner_id"])
    op.create_index("ix_complaints_feedback_received_at_id", "complaints_feedback", ["received_at", "id"])
    op.create_index("ix_complaints_feedback_received_by_id", "complaints_feedback", ["received_by_id"])
    op.create_index("ix_complaints_feedback_seal_version", "complaints_feedback", ["seal_version"])
    op.create_table(
        "complaints_correction",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("complaint_id", BigInt, nullable=False),
        sa.Column("event_id", BigInt, nullable=False),
        sa.Column("field", CodeText, nullable=False),
        sa.Column("old", sa.Text, nullable=False),
        sa.Column("new", sa.Text, nullable=False),
        sa.Column("seal", CodeText, nullable=True),
        sa.Column("seal_version", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_complaints_correction"),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints_complaint.id"],
            name="fk_complaints_correction_complaint_id_complaints_complaint",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["complaints_event.id"],
            name="fk_complaints_correction_event_id_complaints_event",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_complaints_correction_complaint_id", "complaints_correction", ["complaint_id"])
    op.create_index("ix_complaints_correction_event_id", "complaints_correction", ["event_id"])
    op.create_index("ix_complaints_correction_seal_version", "complaints_correction", ["seal_version"])
    op.create_table(
        "complaints_progress",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("feedback_id", BigInt, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by_id", BigInt, nullable=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("seal", CodeText, nullable=True),
        sa.Column("seal_version", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_complaints_progress"),
        sa.ForeignKeyConstraint(
            ["feedback_id"],
            ["complaints_feedback.id"],
            name="fk_complaints_progress_feedback_id_complaints_feedback",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_complaints_progress_feedback_id_at", "complaints_progress", ["feedback_id", "at", "id"])
    op.create_index("ix_complaints_progress_seal_version", "complaints_progress", ["seal_version"])


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(f"complaints_{name}")
