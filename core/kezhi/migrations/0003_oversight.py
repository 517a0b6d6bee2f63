"""What the pages of the audit log and of the jobs ask for: entries by person, action and day; when a run began."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import UtcDateTime

revision = "kezhi_0003"
down_revision = "kezhi_0002"

INDEXES = {"actor": ["actor", "seq"], "action": ["action", "seq"], "at": ["at"]}


def upgrade() -> None:
    for name, columns in INDEXES.items():
        op.create_index(f"ix_kezhi_audit_{name}", "kezhi_audit", columns)
    op.add_column("kezhi_job", sa.Column("started_at", UtcDateTime))


def downgrade() -> None:
    op.drop_column("kezhi_job", "started_at")
    for name in INDEXES:
        op.drop_index(f"ix_kezhi_audit_{name}", "kezhi_audit")
