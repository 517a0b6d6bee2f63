"""The monthly report, the complaints its figures count, and the units responsible for them."""

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt, CodeText, Json, UtcDateTime

revision = "complaints_0006"
down_revision = "complaints_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "complaints_report",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("currency", CodeText, nullable=False),
        sa.Column("received", sa.Integer, nullable=False),
        sa.Column("handled", sa.Integer, nullable=False),
        sa.Column("figures", Json, nullable=False),
        sa.Column("labels", Json, nullable=False),
        sa.Column("counted_at", UtcDateTime, nullable=False),
        sa.Column("findings", sa.Text, nullable=False),
        sa.Column("measures", sa.Text, nullable=False),
        sa.Column("recipients", Json, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("edited_at", UtcDateTime, nullable=True),
        sa.Column("edited_by", sa.Text, nullable=False),
        sa.Column("submitted_by", sa.Text, nullable=False),
        sa.Column("submitted_at", UtcDateTime, nullable=True),
        sa.Column("request_id", BigInt, nullable=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("signed_at", UtcDateTime, nullable=True),
        sa.Column("signers", Json, nullable=False),
        sa.Column("sent_at", UtcDateTime, nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_complaints_report"),
        sa.CheckConstraint("state IN ('draft', 'waiting', 'signed')", name=op.f("ck_complaints_report_state")),
    )
    op.create_index("ix_complaints_report_state", "complaints_report", ["state", "month"])
    op.create_index("uq_complaints_report_month", "complaints_report", ["month"], unique=True)
    op.create_table(
        "complaints_report_row",
        sa.Column("report_id", BigInt, nullable=False),
        sa.Column("period", sa.String(6), nullable=False),
        sa.Column("complaint_id", BigInt, nullable=False),
        sa.Column("received", sa.Boolean, nullable=False),
        sa.Column("handled", sa.Boolean, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("nature", sa.String(10), nullable=False),
        sa.Column("kind_id", BigInt, nullable=False),
        sa.Column("channel_id", BigInt, nullable=False),
        sa.Column("cause_id", BigInt, nullable=True),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("department_id", BigInt, nullable=True),
        sa.Column("tier", CodeText, nullable=False),
        sa.Column("validity", sa.String(8), nullable=False),
        sa.Column("severity", sa.String(10), nullable=False),
        sa.Column("plan", sa.Integer, nullable=True),
        sa.Column("answer", sa.Integer, nullable=True),
        sa.Column("resolve", sa.Integer, nullable=True),
        sa.Column("plan_used", BigInt, nullable=True),
        sa.Column("answer_used", BigInt, nullable=True),
        sa.Column("resolve_used", BigInt, nullable=True),
        sa.Column("cost", BigInt, nullable=False),
        sa.Column("other_cost", sa.Integer, nullable=False),
        sa.Column("repeated", sa.Integer, nullable=False),
        sa.Column("actions", sa.Integer, nullable=False),
        sa.Column("late_actions", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("report_id", "period", "complaint_id", name="pk_complaints_report_row"),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["complaints_report.id"],
            name="fk_complaints_report_row_report_id_complaints_report",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_complaints_report_row_complaint_id", "complaints_report_row", ["complaint_id"])
    op.create_table(
        "complaints_report_unit",
        sa.Column("report_id", BigInt, nullable=False),
        sa.Column("period", sa.String(6), nullable=False),
        sa.Column("complaint_id", BigInt, nullable=False),
        sa.Column("unit_key", CodeText, nullable=False),
        sa.Column("department_id", BigInt, nullable=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("share", BigInt, nullable=False),
        sa.Column("cost", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("report_id", "period", "complaint_id", "unit_key", name="pk_complaints_report_unit"),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["complaints_report.id"],
            name="fk_complaints_report_unit_report_id_complaints_report",
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    op.drop_table("complaints_report_unit")
    op.drop_table("complaints_report_row")
    op.drop_table("complaints_report")
