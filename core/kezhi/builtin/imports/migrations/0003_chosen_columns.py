"""The columns that a person chose last time."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, Json, UtcDateTime

revision = "imports_0003"
down_revision = "imports_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imports_chosen_columns",
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("heads", sa.String(64), nullable=False),
        sa.Column("mapping", Json, nullable=False),
        sa.Column("chosen_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "kind", "heads", name="pk_imports_chosen_columns"),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["accounts_user.id"],
            name="fk_imports_chosen_columns_user_id_accounts_user",
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    op.drop_table("imports_chosen_columns")
