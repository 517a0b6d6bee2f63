import sqlalchemy as sa
from alembic import op

from kezhi import BigInt

revision = "example_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "example_note",
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("customer_id", BigInt, sa.ForeignKey("customers_customer.id", ondelete="CASCADE"), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("ix_example_note_customer_id", "example_note", ["customer_id"])


def downgrade() -> None:
    op.drop_table("example_note")
