"""Competitive-environment notes."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, UtcDateTime

revision = "upkeep_0002"
down_revision = "upkeep_0001"
branch_labels = None
depends_on = None


def _author(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("department_id", BigInt, nullable=True),
        sa.Column("month", sa.Date, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts_user.id"], name=f"fk_{table}_user_id_accounts_user", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["accounts_department.id"],
            name=f"fk_{table}_department_id_accounts_department",
            ondelete="SET NULL",
        ),
    ]


def upgrade() -> None:
    op.create_table(
        "upkeep_market_note",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        *_author("upkeep_market_note"),
        sa.Column("is_empty", sa.Boolean, nullable=False),
        sa.Column("handed_in_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_upkeep_market_note"),
        sa.UniqueConstraint("user_id", "month", name="uq_upkeep_market_note_user_id_month"),
    )
    op.create_index("ix_upkeep_market_note_month", "upkeep_market_note", ["month", "user_id"])
    op.create_table(
        "upkeep_observation",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("note_id", BigInt, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        *_author("upkeep_observation"),
        sa.Column("competitor", CodeText, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("effect", sa.Text, nullable=False),
        sa.Column("counter_measure", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_upkeep_observation"),
        sa.ForeignKeyConstraint(
            ["note_id"],
            ["upkeep_market_note.id"],
            name="fk_upkeep_observation_note_id_upkeep_market_note",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_upkeep_observation_month", "upkeep_observation", ["month", "id"])
    op.create_index("ix_upkeep_observation_note", "upkeep_observation", ["note_id", "position"])
    op.create_index("ix_upkeep_observation_user", "upkeep_observation", ["user_id"])
    op.create_table(
        "upkeep_observed",
        sa.Column("observation_id", BigInt, nullable=False, autoincrement=False),
        sa.Column("customer_id", BigInt, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("observation_id", "customer_id", name="pk_upkeep_observed"),
        sa.ForeignKeyConstraint(
            ["observation_id"],
            ["upkeep_observation.id"],
            name="fk_upkeep_observed_observation_id_upkeep_observation",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name="fk_upkeep_observed_customer_id_customers_customer",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_upkeep_observed_customer_id", "upkeep_observed", ["customer_id"])


def downgrade() -> None:
    op.drop_table("upkeep_observed")
    op.drop_table("upkeep_observation")
    op.drop_table("upkeep_market_note")
