"""Long files are read and imported in a job."""

import sqlalchemy as sa
from alembic import op

revision = "imports_0005"
down_revision = "imports_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("imports_batch") as batch:
        batch.add_column(sa.Column("expected", sa.Integer, nullable=False, server_default="0"))
        batch.add_column(sa.Column("note", sa.Text, nullable=False, server_default=""))
    with op.batch_alter_table("imports_batch") as batch:
        batch.alter_column("expected", server_default=None)
        batch.alter_column("note", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("imports_batch") as batch:
        batch.drop_column("note")
        batch.drop_column("expected")
