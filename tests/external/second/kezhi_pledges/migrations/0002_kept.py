"""Whether a pledge was kept. Added with a default: processes with the older code go on recording pledges."""

import sqlalchemy as sa
from alembic import op

revision = "pledges_0002"
down_revision = "pledges_0001"


def upgrade() -> None:
    op.add_column("pledges_pledge", sa.Column("kept", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("pledges_pledge") as batch:
        batch.drop_column("kept")
