import sqlalchemy as sa
from alembic import op

from kezhi import BigInt, CodeText

revision = "example_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "example_key",
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("holder_id", BigInt, sa.ForeignKey("accounts_user.id", ondelete="RESTRICT"), nullable=False),
    )
    op.create_index("ix_example_key_holder_id", "example_key", ["holder_id"])


def downgrade() -> None:
    op.drop_table("example_key")
