"""Notices, the e-mails they go out by, and what people chose."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, Json, UtcDateTime

revision = "tasks_0002"
down_revision = "tasks_0001"
branch_labels = None
depends_on = None


def _user(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_user_id_accounts_user"
    return sa.ForeignKeyConstraint(["user_id"], ["accounts_user.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "tasks_notice",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("text", Json, nullable=False),
        sa.Column("subject", Json, nullable=True),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("record_id", BigInt, nullable=True),
        sa.Column("customer_id", BigInt, nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("read_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tasks_notice"),
        _user("tasks_notice"),
    )
    op.create_index("ix_tasks_notice_unread", "tasks_notice", ["user_id", "read_at"])
    op.create_index("ix_tasks_notice_user", "tasks_notice", ["user_id", "id"])
    op.create_index("ix_tasks_notice_record", "tasks_notice", ["kind", "record_id"])
    op.create_index("ix_tasks_notice_customer_id", "tasks_notice", ["customer_id"])
    op.create_table(
        "tasks_mail",
        sa.Column("notice_id", BigInt, nullable=False, autoincrement=False),
        sa.Column("in_digest", sa.Boolean, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("error", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("notice_id", name="pk_tasks_mail"),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["tasks_notice.id"], name="fk_tasks_mail_notice_id_tasks_notice", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_tasks_mail_due", "tasks_mail", ["ended_at", "due_at"])
    op.create_table(
        "tasks_recipient",
        sa.Column("user_id", BigInt, nullable=False, autoincrement=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("quiet_from", sa.Integer, nullable=True),
        sa.Column("quiet_until", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("user_id", name="pk_tasks_recipient"),
        _user("tasks_recipient"),
    )
    op.create_table(
        "tasks_mail_choice",
        sa.Column("user_id", BigInt, nullable=False, autoincrement=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("mail", sa.String(6), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "kind", name="pk_tasks_mail_choice"),
        _user("tasks_mail_choice"),
    )


def downgrade() -> None:
    op.drop_table("tasks_mail_choice")
    op.drop_table("tasks_recipient")
    op.drop_table("tasks_mail")
    op.drop_table("tasks_notice")
