"""A dispute knows the grave complaint that it comes from, one dispute each (TRD-09)."""

import sqlalchemy as sa
from alembic import op

from kezhi import CodeText

revision = "trade_0006"
down_revision = "trade_0005"
branch_labels = None
depends_on = None

TABLE = "trade_dispute"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("complaint", CodeText, nullable=True))
    op.create_index("uq_trade_dispute_complaint", TABLE, ["complaint"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_trade_dispute_complaint", TABLE)
    op.drop_column(TABLE, "complaint")
