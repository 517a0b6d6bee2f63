"""Duties and their escalations."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, Json, UtcDateTime

revision = "tasks_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tasks_task",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("kind_title", Json, nullable=False),
        sa.Column("slot", CodeText, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("customer_id", BigInt, nullable=True),
        sa.Column("owner_id", BigInt, nullable=True),
        sa.Column("department_id", BigInt, nullable=True),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("closed_at", UtcDateTime, nullable=True),
        sa.Column("closed_by", sa.String(80), nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("held_by_id", BigInt, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tasks_task"),
        sa.UniqueConstraint("kind", "slot", name="uq_tasks_task_kind_slot"),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["accounts_user.id"], name="fk_tasks_task_owner_id_accounts_user", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["held_by_id"], ["accounts_user.id"], name="fk_tasks_task_held_by_id_accounts_user", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["accounts_department.id"],
            name="fk_tasks_task_department_id_accounts_department",
            ondelete="SET NULL",
        ),
    )
    op.create_index("ix_tasks_task_owner", "tasks_task", ["owner_id", "closed_at", "due_at"])
    op.create_index("ix_tasks_task_held_by", "tasks_task", ["held_by_id", "closed_at"])
    op.create_index("ix_tasks_task_department", "tasks_task", ["department_id", "closed_at", "due_at"])
    op.create_index("ix_tasks_task_open", "tasks_task", ["closed_at", "due_at"])
    op.create_index("ix_tasks_task_due", "tasks_task", ["due_at", "id"])
    op.create_index("ix_tasks_task_customer_id", "tasks_task", ["customer_id"])
    op.create_table(
        "tasks_escalation",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("task_id", BigInt, nullable=False),
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("depth", sa.Integer, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tasks_escalation"),
        sa.UniqueConstraint("task_id", "user_id", name="uq_tasks_escalation_task_id_user_id"),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks_task.id"], name="fk_tasks_escalation_task_id_tasks_task", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts_user.id"], name="fk_tasks_escalation_user_id_accounts_user", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_tasks_escalation_user", "tasks_escalation", ["user_id", "task_id"])


def downgrade() -> None:
    op.drop_table("tasks_escalation")
    op.drop_table("tasks_task")
