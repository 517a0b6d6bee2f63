"""A declaration has one of the units that figures have: what shows it knows no other (TRD-07)."""

from alembic import op

revision = "trade_0005"
down_revision = "trade_0004"
branch_labels = None
depends_on = None

TABLE = "trade_declaration"
NAME = "ck_trade_declaration_unit"


def upgrade() -> None:
    with op.batch_alter_table(TABLE) as batch:
        batch.create_check_constraint(op.f(NAME), "unit IN ('money', 'ratio', 'count')")


def downgrade() -> None:
    with op.batch_alter_table(TABLE) as batch:
        batch.drop_constraint(op.f(NAME), type_="check")
