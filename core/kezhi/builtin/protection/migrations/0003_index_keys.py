"""With which key of fields a key of blind indexes was put in force."""

import sqlalchemy as sa
from alembic import op

revision = "protection_0003"
down_revision = "protection_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("protection_key", sa.Column("beside", sa.Integer))


def downgrade() -> None:
    op.drop_column("protection_key", "beside")
