"""Who takes part, investigations with the people heard, help that was asked for, and guidance."""

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt, CodeText, UtcDateTime

revision = "complaints_0003"
down_revision = "complaints_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "complaints_guidance",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("complaint_id", BigInt, nullable=False),
        sa.Column("by_id", BigInt, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("department_id", BigInt, nullable=True),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("answered_at", UtcDateTime, nullable=True),
        sa.Column("answered_by_id", BigInt, nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("seal", CodeText, nullable=True),
        sa.Column("seal_version", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_complaints_guidance"),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints_complaint.id"],
            name="fk_complaints_guidance_complaint_id_complaints_complaint",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["accounts_user.id"], name="fk_complaints_guidance_by_id_accounts_user", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_user.id"],
            name="fk_complaints_guidance_person_id_accounts_user",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["accounts_department.id"],
            name="fk_complaints_guidance_department_id_accounts_department",
            ondelete="SET NULL",
        ),
    )
    op.create_index("ix_complaints_guidance_complaint_id", "complaints_guidance", ["complaint_id"])
    op.create_index("ix_complaints_guidance_person_id", "complaints_guidance", ["person_id", "answered_at"])
    op.create_index("ix_complaints_guidance_seal_version", "complaints_guidance", ["seal_version"])
    op.create_table(
        "complaints_help",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("complaint_id", BigInt, nullable=False),
        sa.Column("asked_by_id", BigInt, nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("person_id", BigInt, nullable=True),
        sa.Column("department_id", BigInt, nullable=True),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("ended_by_id", BigInt, nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("seal", CodeText, nullable=True),
        sa.Column("seal_version", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_complaints_help"),
        sa.CheckConstraint("state IN ('asked', 'helped', 'declined')", name=op.f("ck_complaints_help_state")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["accounts_user.id"], name="fk_complaints_help_person_id_accounts_user", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["accounts_department.id"],
            name="fk_complaints_help_department_id_accounts_department",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"],
            ["accounts_user.id"],
            name="fk_complaints_help_asked_by_id_accounts_user",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints_complaint.id"],
            name="fk_complaints_help_complaint_id_complaints_complaint",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_complaints_help_complaint_id", "complaints_help", ["complaint_id"])
    op.create_index("ix_complaints_help_department_id", "complaints_help", ["department_id", "state"])
    op.create_index("ix_complaints_help_person_id", "complaints_help", ["person_id", "state"])
    op.create_index("ix_complaints_help_seal_version", "complaints_help", ["seal_version"])
    op.create_table(
        "complaints_investigation",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("complaint_id", BigInt, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("investigator_id", BigInt, nullable=False),
        sa.Column("assigned_by_id", BigInt, nullable=True),
        sa.Column("assigned_at", UtcDateTime, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("gap", sa.Text, nullable=False),
        sa.Column("finished_at", UtcDateTime, nullable=True),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("seal", CodeText, nullable=True),
        sa.Column("seal_version", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_complaints_investigation"),
        sa.UniqueConstraint("complaint_id", "round", name="uq_complaints_investigation_complaint_id_round"),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints_complaint.id"],
            name="fk_complaints_investigation_complaint_id_complaints_complaint",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["investigator_id"],
            ["accounts_user.id"],
            name="fk_complaints_investigation_investigator_id_accounts_user",
            ondelete="RESTRICT",
        ),
    )
    op.create_index(
        "ix_complaints_investigation_investigator_id", "complaints_investigation", ["investigator_id", "ended_at"]
    )
    op.create_index("ix_complaints_investigation_seal_version", "complaints_investigation", ["seal_version"])
    op.create_table(
        "complaints_part",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("complaint_id", BigInt, nullable=False),
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_complaints_part"),
        sa.UniqueConstraint("complaint_id", "user_id", "role", name="uq_complaints_part_complaint_id_user_id_role"),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints_complaint.id"],
            name="fk_complaints_part_complaint_id_complaints_complaint",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts_user.id"], name="fk_complaints_part_user_id_accounts_user", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_complaints_part_user_id", "complaints_part", ["user_id", "complaint_id"])
    op.create_table(
        "complaints_hearing",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("investigation_id", BigInt, nullable=False),
        sa.Column("side", sa.String(16), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("heard_at", UtcDateTime, nullable=False),
        sa.Column("by_id", BigInt, nullable=True),
        sa.Column("seal", CodeText, nullable=True),
        sa.Column("seal_version", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_complaints_hearing"),
        sa.ForeignKeyConstraint(
            ["investigation_id"],
            ["complaints_investigation.id"],
            name="fk_complaints_hearing_investigation_id_complaints_investigation",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_complaints_hearing_investigation_id", "complaints_hearing", ["investigation_id"])
    op.create_index("ix_complaints_hearing_seal_version", "complaints_hearing", ["seal_version"])


def downgrade() -> None:
    for name in ("guidance", "help", "hearing", "investigation", "part"):
        op.drop_table(f"complaints_{name}")
