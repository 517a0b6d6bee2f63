"""The data-protection person, procedures, and security checks with their findings."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, UtcDateTime

revision = "upkeep_0003"
down_revision = "upkeep_0002"
branch_labels = None
depends_on = None


def _to(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target}"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "upkeep_officer",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("to_on", sa.Date, nullable=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("named_at", UtcDateTime, nullable=False),
        sa.Column("named_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_upkeep_officer"),
        sa.UniqueConstraint("from_on", name="uq_upkeep_officer_from_on"),
        _to("upkeep_officer", "user_id", "accounts_user", "RESTRICT"),
    )
    op.create_index("ix_upkeep_officer_from", "upkeep_officer", ["from_on"])
    op.create_table(
        "upkeep_procedure",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("in_force_on", sa.Date, nullable=False),
        sa.Column("to_acknowledge", sa.Boolean, nullable=False),
        sa.Column("written_at", UtcDateTime, nullable=False),
        sa.Column("written_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_upkeep_procedure"),
        sa.UniqueConstraint("number", name="uq_upkeep_procedure_number"),
    )
    op.create_table(
        "upkeep_acknowledgement",
        sa.Column("procedure_id", BigInt, nullable=False, autoincrement=False),
        sa.Column("user_id", BigInt, nullable=False, autoincrement=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("procedure_id", "user_id", name="pk_upkeep_acknowledgement"),
        _to("upkeep_acknowledgement", "procedure_id", "upkeep_procedure", "CASCADE"),
        _to("upkeep_acknowledgement", "user_id", "accounts_user", "CASCADE"),
    )
    op.create_table(
        "upkeep_check",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("start_on", sa.Date, nullable=False),
        sa.Column("months", sa.Integer, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("begun_at", UtcDateTime, nullable=False),
        sa.Column("begun_by", sa.String(80), nullable=False),
        sa.Column("done_at", UtcDateTime, nullable=True),
        sa.Column("done_by", sa.String(80), nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_upkeep_check"),
        sa.UniqueConstraint("start_on", name="uq_upkeep_check_start_on"),
    )
    op.create_index("ix_upkeep_check_done", "upkeep_check", ["done_at"])
    op.create_table(
        "upkeep_check_item",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("check_id", BigInt, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("result", CodeText, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_upkeep_check_item"),
        _to("upkeep_check_item", "check_id", "upkeep_check", "CASCADE"),
    )
    op.create_index("ix_upkeep_check_item_check", "upkeep_check_item", ["check_id", "position"])
    op.create_table(
        "upkeep_finding",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("check_id", BigInt, nullable=False),
        sa.Column("item_id", BigInt, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("owner_id", BigInt, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("found_at", UtcDateTime, nullable=False),
        sa.Column("found_by", sa.String(80), nullable=False),
        sa.Column("closed_at", UtcDateTime, nullable=True),
        sa.Column("closed_by", sa.String(80), nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_upkeep_finding"),
        _to("upkeep_finding", "check_id", "upkeep_check", "CASCADE"),
        _to("upkeep_finding", "item_id", "upkeep_check_item", "CASCADE"),
        _to("upkeep_finding", "owner_id", "accounts_user", "RESTRICT"),
    )
    op.create_index("ix_upkeep_finding_due", "upkeep_finding", ["due_on", "id"])
    op.create_index("ix_upkeep_finding_check", "upkeep_finding", ["check_id"])
    op.create_index("ix_upkeep_finding_owner", "upkeep_finding", ["owner_id", "closed_at"])


def downgrade() -> None:
    op.drop_table("upkeep_finding")
    op.drop_table("upkeep_check_item")
    op.drop_table("upkeep_check")
    op.drop_table("upkeep_acknowledgement")
    op.drop_table("upkeep_procedure")
    op.drop_table("upkeep_officer")
