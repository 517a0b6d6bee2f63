import sqlalchemy as sa
from alembic import op

from kezhi import BigInt

revision = "example_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "example_note",
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("example_note")
