"""Proposals of destruction and their register."""

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt, CodeText, Json, UtcDateTime

revision = "destruction_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "destruction_proposal",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("scope", sa.String(12), nullable=False),
        sa.Column("reason", CodeText, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("destroyed", sa.Integer, nullable=False),
        sa.Column("files", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("proposed_by", sa.String(80), nullable=False),
        sa.Column("proposed_at", UtcDateTime, nullable=False),
        sa.Column("request_id", BigInt, nullable=True),
        sa.Column("request_number", CodeText, nullable=False),
        sa.Column("signers", Json, nullable=False),
        sa.Column("closed_at", UtcDateTime, nullable=True),
        sa.Column("done_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_destruction_proposal"),
        sa.UniqueConstraint("number", name="uq_destruction_proposal_number"),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["approvals_request.id"],
            name="fk_destruction_proposal_request_id_approvals_request",
            ondelete="SET NULL",
        ),
    )
    op.create_index("ix_destruction_proposal_state", "destruction_proposal", ["state", "id"])
    op.create_index("ix_destruction_proposal_proposed_at", "destruction_proposal", ["proposed_at", "id"])
    op.create_index("ix_destruction_proposal_request", "destruction_proposal", ["request_id"])
    op.create_table(
        "destruction_item",
        sa.Column("proposal_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("customer_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("code", CodeText, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("decision", sa.String(12), nullable=False),
        sa.Column("decided_by", sa.String(80), nullable=False),
        sa.Column("decided_at", UtcDateTime, nullable=True),
        sa.Column("keep_reason", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("done_at", UtcDateTime, nullable=True),
        sa.Column("rows", Json, nullable=False),
        sa.Column("files", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("proposal_id", "customer_id", name="pk_destruction_item"),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["destruction_proposal.id"],
            name="fk_destruction_item_proposal_id_destruction_proposal",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_destruction_item_customer_id", "destruction_item", ["customer_id"])


def downgrade() -> None:
    op.drop_table("destruction_item")
    op.drop_table("destruction_proposal")
