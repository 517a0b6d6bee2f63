import sqlalchemy as sa
from alembic import op

revision = "example_0001"
down_revision = None


def upgrade() -> None:
    op.create_table("example_favourite", sa.Column("plugin", sa.String(60), primary_key=True))


def downgrade() -> None:
    op.drop_table("example_favourite")
