"""Which key the secrets of second factors are under; those of before are under the settings key till the job comes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "accounts_0003"
down_revision = "accounts_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("accounts_factor", "accounts_half_log_in"):
        op.add_column(table, sa.Column("seal_version", sa.Integer))


def downgrade() -> None:
    # what is under the key ring cannot be read by the version before: whoever has a second factor sets it up again
    op.execute("DELETE FROM accounts_factor WHERE seal_version IS NOT NULL")
    op.execute("DELETE FROM accounts_half_log_in WHERE seal_version IS NOT NULL")
    for table in ("accounts_half_log_in", "accounts_factor"):
        op.drop_column(table, "seal_version")
