"""Requests, steps, signatures and earlier rounds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt, CodeText, Json, UtcDateTime

revision = "approvals_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approvals_request",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("reference", CodeText, nullable=False),
        sa.Column("app", sa.String(60), nullable=False),
        sa.Column("app_title", Json, nullable=False),
        sa.Column("kind_title", Json, nullable=False),
        sa.Column("title", Json, nullable=False),
        sa.Column("snapshot", Json, nullable=False),
        sa.Column("digest", sa.String(128), nullable=False),
        sa.Column("requester_id", BigInt, nullable=True),
        sa.Column("requester_login", sa.String(80), nullable=False),
        sa.Column("requester_name", sa.String(80), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("submitted_at", UtcDateTime, nullable=False),
        sa.Column("closed_at", UtcDateTime, nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_approvals_request"),
        sa.UniqueConstraint("number", name="uq_approvals_request_number"),
        sa.ForeignKeyConstraint(
            ["requester_id"],
            ["accounts_user.id"],
            name="fk_approvals_request_requester_id_accounts_user",
            ondelete="RESTRICT",
        ),
    )
    op.create_index(
        "uq_approvals_request_open",
        "approvals_request",
        ["kind", "reference"],
        unique=True,
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index("ix_approvals_request_subject", "approvals_request", ["kind", "reference", "id"])
    op.create_index("ix_approvals_request_status", "approvals_request", ["status", "id"])
    op.create_index("ix_approvals_request_requester", "approvals_request", ["requester_id", "id"])

    op.create_table(
        "approvals_step",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("request_id", BigInt, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("title", Json, nullable=False),
        sa.Column("role", sa.String(60), nullable=True),
        sa.Column("user_id", BigInt, nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_approvals_step"),
        sa.UniqueConstraint("request_id", "round", "position", name="uq_approvals_step_position"),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["approvals_request.id"],
            name="fk_approvals_step_request_id_approvals_request",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts_user.id"], name="fk_approvals_step_user_id_accounts_user", ondelete="RESTRICT"
        ),
    )
    op.create_index("ix_approvals_step_role", "approvals_step", ["role", "state"])
    op.create_index("ix_approvals_step_user", "approvals_step", ["user_id", "state"])

    op.create_table(
        "approvals_signature",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("request_id", BigInt, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("user_id", BigInt, nullable=True),
        sa.Column("user_login", sa.String(80), nullable=False),
        sa.Column("user_name", sa.String(80), nullable=False),
        sa.Column("decision", sa.String(12), nullable=False),
        sa.Column("opinion", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("digest", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_approvals_signature"),
        sa.UniqueConstraint("request_id", "round", "position", name="uq_approvals_signature_position"),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["approvals_request.id"],
            name="fk_approvals_signature_request_id_approvals_request",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts_user.id"], name="fk_approvals_signature_user_id_accounts_user", ondelete="RESTRICT"
        ),
    )
    op.create_index("ix_approvals_signature_user", "approvals_signature", ["user_id"])

    op.create_table(
        "approvals_round",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("request_id", BigInt, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("title", Json, nullable=False),
        sa.Column("snapshot", Json, nullable=False),
        sa.Column("digest", sa.String(128), nullable=False),
        sa.Column("submitted_at", UtcDateTime, nullable=False),
        sa.Column("closed_at", UtcDateTime, nullable=True),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_approvals_round"),
        sa.UniqueConstraint("request_id", "round", name="uq_approvals_round_round"),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["approvals_request.id"],
            name="fk_approvals_round_request_id_approvals_request",
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    op.drop_table("approvals_round")
    op.drop_table("approvals_signature")
    op.drop_table("approvals_step")
    op.drop_table("approvals_request")
