"""The table of pledges."""

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt

revision = "pledges_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "pledges_pledge",
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("customer_id", BigInt, sa.ForeignKey("customers_customer.id", ondelete="RESTRICT"), nullable=False),
        sa.Column("promise", sa.Text, nullable=False),
        sa.Column("promised_by", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("pledges_pledge")
