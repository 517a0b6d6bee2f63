"""How far a job is, and who asked it to stop."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import Json

revision = "kezhi_0004"
down_revision = "kezhi_0003"


def upgrade() -> None:
    op.add_column("kezhi_job", sa.Column("progress", Json))
    op.add_column("kezhi_job", sa.Column("cancelled_by", sa.String(80)))


def downgrade() -> None:
    op.drop_column("kezhi_job", "cancelled_by")
    op.drop_column("kezhi_job", "progress")
