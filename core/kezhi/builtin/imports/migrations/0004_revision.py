"""Which state of the staged rows a form shows."""

import sqlalchemy as sa
from alembic import op

revision = "imports_0004"
down_revision = "imports_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("imports_batch") as batch:
        batch.add_column(sa.Column("revision", sa.Integer, nullable=False, server_default="1"))
    with op.batch_alter_table("imports_batch") as batch:
        batch.alter_column("revision", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("imports_batch") as batch:
        batch.drop_column("revision")
