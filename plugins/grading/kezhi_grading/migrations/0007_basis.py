"""What the figures of a run rest on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kezhi.db import Json

revision = "grading_0007"
down_revision = "grading_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("grading_run", sa.Column("basis", Json, nullable=True))


def downgrade() -> None:
    op.drop_column("grading_run", "basis")
