"""What lists show of each customer's credit; what a measure asks for, and whether it was given."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, UtcDateTime

revision = "credit_0005"
down_revision = "credit_0004"
branch_labels = None
depends_on = None

AMOUNTS = (
    "credit_limit", "exposure", "free", "receivables", "not_due", "overdue", "overdue_1_30", "overdue_31_60",
    "overdue_61_90", "overdue_90_plus",
)  # fmt: skip
SORTED = ("class_key", "credit_limit", "exposure", "free", "overdue", "due_at")


def upgrade() -> None:
    op.add_column("credit_measure", sa.Column("days", sa.Integer, nullable=True))
    op.add_column("credit_measure", sa.Column("secured_at", UtcDateTime, nullable=True))
    for name in ("secured_by", "security"):
        op.add_column("credit_measure", sa.Column(name, sa.Text, nullable=False, server_default=""))
        with op.batch_alter_table("credit_measure") as table:
            table.alter_column(name, server_default=None)
    op.create_table(
        "credit_summary",
        sa.Column("customer_id", BigInt, nullable=False, autoincrement=False),
        sa.Column("class_key", CodeText, nullable=True),
        *(sa.Column(name, BigInt, nullable=True) for name in AMOUNTS),
        sa.Column("overdue_days", sa.Integer, nullable=True),
        sa.Column("counted_at", UtcDateTime, nullable=True),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("basis", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name="pk_credit_summary"),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name="fk_credit_summary_customer_id_customers_customer",
            ondelete="CASCADE",
        ),
    )
    for name in SORTED:
        op.create_index(f"ix_credit_summary_{name}", "credit_summary", [name, "customer_id"])


def downgrade() -> None:
    op.drop_table("credit_summary")
    with op.batch_alter_table("credit_measure") as table:
        for name in ("security", "secured_by", "secured_at", "days"):
            table.drop_column(name)
