"""Whose a code was that an import gave before it was reverted: the same customer may have it again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "customers_0003"
down_revision = "customers_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("customers_used_code") as batch:
        batch.add_column(sa.Column("reverted_name", sa.Text, nullable=False, server_default=""))
    with op.batch_alter_table("customers_used_code") as batch:
        batch.alter_column("reverted_name", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("customers_used_code") as batch:
        batch.drop_column("reverted_name")
