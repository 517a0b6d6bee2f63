"""What was sent for confirmation, its rows, and how every customer stands."""

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt, CodeText, Json, UtcDateTime

revision = "entry_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entry_submission",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("request_number", CodeText, nullable=False),
        sa.Column("request_id", BigInt, nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("confirmed", sa.Integer, nullable=False),
        sa.Column("batch_id", BigInt, nullable=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("totals", Json, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sent_by", sa.String(80), nullable=False),
        sa.Column("sent_at", UtcDateTime, nullable=False),
        sa.Column("closed_by", sa.String(80), nullable=False),
        sa.Column("closed_at", UtcDateTime, nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entry_submission"),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["approvals_request.id"],
            name="fk_entry_submission_request_id_approvals_request",
            ondelete="SET NULL",
        ),
    )
    op.create_index("ix_entry_submission_state", "entry_submission", ["state", "id"])
    op.create_index("ix_entry_submission_sent_at", "entry_submission", ["sent_at", "id"])
    op.create_index("ix_entry_submission_sent_by", "entry_submission", ["sent_by"])
    op.create_table(
        "entry_line",
        sa.Column("submission_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("customer_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("code", CodeText, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("business_type", CodeText, nullable=False),
        sa.Column("region", CodeText, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("submission_id", "customer_id", name="pk_entry_line"),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["entry_submission.id"],
            name="fk_entry_line_submission_id_entry_submission",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name="fk_entry_line_customer_id_customers_customer",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_entry_line_customer_id", "entry_line", ["customer_id"])
    op.create_table(
        "entry_state",
        sa.Column("customer_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("submission_id", BigInt, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("sent_by", sa.String(80), nullable=False),
        sa.Column("sent_at", UtcDateTime, nullable=False),
        sa.Column("closed_by", sa.String(80), nullable=False),
        sa.Column("closed_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("customer_id", name="pk_entry_state"),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name="fk_entry_state_customer_id_customers_customer",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["entry_submission.id"],
            name="fk_entry_state_submission_id_entry_submission",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_entry_state_state", "entry_state", ["state", "customer_id"])
    op.create_index("ix_entry_state_submission", "entry_state", ["submission_id", "state"])


def downgrade() -> None:
    for table in ("entry_state", "entry_line", "entry_submission"):
        op.drop_table(table)
