"""Remedies, who bears the cost, corrective actions, and how satisfied the customer is."""

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt, CodeText, UtcDateTime

revision = "complaints_0005"
down_revision = "complaints_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "complaints_action",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("complaint_id", BigInt, nullable=False),
        sa.Column("cause_id", BigInt, nullable=True),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("owner_id", BigInt, nullable=False),
        sa.Column("checker_id", BigInt, nullable=False),
        sa.Column("given_at", UtcDateTime, nullable=False),
        sa.Column("given_by_id", BigInt, nullable=True),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("done_at", UtcDateTime, nullable=True),
        sa.Column("done_by_id", BigInt, nullable=True),
        sa.Column("done_note", sa.Text, nullable=False),
        sa.Column("check_at", UtcDateTime, nullable=True),
        sa.Column("checked_at", UtcDateTime, nullable=True),
        sa.Column("checked_by_id", BigInt, nullable=True),
        sa.Column("check_note", sa.Text, nullable=False),
        sa.Column("follows_id", BigInt, nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("seal", CodeText, nullable=True),
        sa.Column("seal_version", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_complaints_action"),
        sa.CheckConstraint(
            "state IN ('open', 'done', 'effective', 'ineffective', 'abandoned')",
            name=op.f("ck_complaints_action_state"),
        ),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints_complaint.id"],
            name="fk_complaints_action_complaint_id_complaints_complaint",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["accounts_user.id"], name="fk_complaints_action_owner_id_accounts_user", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["checker_id"],
            ["accounts_user.id"],
            name="fk_complaints_action_checker_id_accounts_user",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["follows_id"],
            ["complaints_action.id"],
            name="fk_complaints_action_follows_id_complaints_action",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["cause_id"],
            ["complaints_entry.id"],
            name="fk_complaints_action_cause_id_complaints_entry",
            ondelete="RESTRICT",
        ),
    )
    op.create_index("ix_complaints_action_cause_id", "complaints_action", ["cause_id"])
    op.create_index("ix_complaints_action_checker_id", "complaints_action", ["checker_id", "state"])
    op.create_index("ix_complaints_action_complaint_id", "complaints_action", ["complaint_id", "state"])
    op.create_index("ix_complaints_action_follows_id", "complaints_action", ["follows_id"])
    op.create_index("ix_complaints_action_owner_id", "complaints_action", ["owner_id", "state"])
    op.create_index("ix_complaints_action_seal_version", "complaints_action", ["seal_version"])
    op.create_index("ix_complaints_action_state_due_at", "complaints_action", ["state", "due_at"])
    op.create_table(
        "complaints_remedy",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("complaint_id", BigInt, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("currency", CodeText, nullable=False),
        sa.Column("agreed", sa.Text, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("made_by_id", BigInt, nullable=False),
        sa.Column("decided_at", UtcDateTime, nullable=True),
        sa.Column("decided_by_id", BigInt, nullable=True),
        sa.Column("done_at", UtcDateTime, nullable=True),
        sa.Column("done_by_id", BigInt, nullable=True),
        sa.Column("done_note", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("seal", CodeText, nullable=True),
        sa.Column("seal_version", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_complaints_remedy"),
        sa.CheckConstraint(
            "kind IN ('replacement', 'return', 'compensation', 'apology', 'discount')",
            name=op.f("ck_complaints_remedy_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'waiting', 'approved', 'refused', 'done', 'dropped')",
            name=op.f("ck_complaints_remedy_state"),
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_complaints_remedy_amount")),
        sa.ForeignKeyConstraint(
            ["made_by_id"],
            ["accounts_user.id"],
            name="fk_complaints_remedy_made_by_id_accounts_user",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints_complaint.id"],
            name="fk_complaints_remedy_complaint_id_complaints_complaint",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_complaints_remedy_complaint_id", "complaints_remedy", ["complaint_id", "state"])
    op.create_index("ix_complaints_remedy_seal_version", "complaints_remedy", ["seal_version"])
    op.create_index("ix_complaints_remedy_state", "complaints_remedy", ["state", "complaint_id"])
    op.create_table(
        "complaints_responsibility",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("complaint_id", BigInt, nullable=False),
        sa.Column("unit", sa.String(10), nullable=False),
        sa.Column("department_id", BigInt, nullable=True),
        sa.Column("user_id", BigInt, nullable=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("unit_key", CodeText, nullable=False),
        sa.Column("share", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_complaints_responsibility"),
        sa.CheckConstraint(
            "unit IN ('department', 'person', 'supplier', 'carrier')", name=op.f("ck_complaints_responsibility_unit")
        ),
        sa.CheckConstraint("share > 0 AND share <= 1000000", name=op.f("ck_complaints_responsibility_share")),
        sa.UniqueConstraint("complaint_id", "unit_key", name="uq_complaints_responsibility_unit"),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["accounts_department.id"],
            name="fk_complaints_responsibility_department_id_accounts_department",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["accounts_user.id"],
            name="fk_complaints_responsibility_user_id_accounts_user",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints_complaint.id"],
            name="fk_complaints_responsibility_complaint_id_complaints_complaint",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_complaints_responsibility_unit_key", "complaints_responsibility", ["unit_key", "complaint_id"])
    op.create_index("ix_complaints_responsibility_user_id", "complaints_responsibility", ["user_id"])
    op.create_table(
        "complaints_satisfaction",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("complaint_id", BigInt, nullable=False),
        sa.Column("channel", sa.String(5), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("asked_by_id", BigInt, nullable=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("sent_at", UtcDateTime, nullable=True),
        sa.Column("code_hash", CodeText, nullable=True),
        sa.Column("expires_at", UtcDateTime, nullable=True),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("answered_at", UtcDateTime, nullable=True),
        sa.Column("score", sa.Integer, nullable=True),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("settled_at", UtcDateTime, nullable=True),
        sa.Column("settled_by_id", BigInt, nullable=True),
        sa.Column("seal", CodeText, nullable=True),
        sa.Column("seal_version", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_complaints_satisfaction"),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_complaints_satisfaction_score")),
        sa.CheckConstraint("channel IN ('link', 'phone')", name=op.f("ck_complaints_satisfaction_channel")),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints_complaint.id"],
            name="fk_complaints_satisfaction_complaint_id_complaints_complaint",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_complaints_satisfaction_answered_at", "complaints_satisfaction", ["answered_at"])
    op.create_index("ix_complaints_satisfaction_complaint_id", "complaints_satisfaction", ["complaint_id", "id"])
    op.create_index("ix_complaints_satisfaction_score", "complaints_satisfaction", ["score", "settled_at"])
    op.create_index("ix_complaints_satisfaction_seal_version", "complaints_satisfaction", ["seal_version"])
    op.create_index("uq_complaints_satisfaction_code_hash", "complaints_satisfaction", ["code_hash"], unique=True)


def downgrade() -> None:
    for name in ("satisfaction", "responsibility", "remedy", "action"):
        op.drop_table(f"complaints_{name}")
