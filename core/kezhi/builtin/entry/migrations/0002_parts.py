"""What apps have confirmed together with a new customer stands in the row that is signed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "entry_0002"
down_revision = "entry_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entry_line", sa.Column("parts", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("entry_line") as table:
        table.drop_column("parts")
