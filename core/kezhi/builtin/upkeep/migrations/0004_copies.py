"""Copies of base files, and guidance."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, UtcDateTime

revision = "upkeep_0004"
down_revision = "upkeep_0003"
branch_labels = None
depends_on = None


def _to(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target}"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "upkeep_copy",
        sa.Column("customer_id", BigInt, nullable=False, autoincrement=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("holder_id", BigInt, nullable=False),
        sa.Column("compared_on", sa.Date, nullable=True),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "kind", name="pk_upkeep_copy"),
        _to("upkeep_copy", "customer_id", "customers_customer", "CASCADE"),
        _to("upkeep_copy", "holder_id", "accounts_user", "RESTRICT"),
    )
    op.create_index("ix_upkeep_copy_holder_id", "upkeep_copy", ["holder_id"])
    op.create_table(
        "upkeep_guidance",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("customer_id", BigInt, nullable=True),
        sa.Column("person_id", BigInt, nullable=True),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by_id", BigInt, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_upkeep_guidance"),
        _to("upkeep_guidance", "customer_id", "customers_customer", "CASCADE"),
        _to("upkeep_guidance", "person_id", "accounts_user", "RESTRICT"),
        _to("upkeep_guidance", "by_id", "accounts_user", "RESTRICT"),
    )
    op.create_index("ix_upkeep_guidance_day", "upkeep_guidance", ["on_day", "id"])
    op.create_index("ix_upkeep_guidance_customer_id", "upkeep_guidance", ["customer_id"])
    op.create_index("ix_upkeep_guidance_person_id", "upkeep_guidance", ["person_id"])


def downgrade() -> None:
    op.drop_table("upkeep_guidance")
    op.drop_table("upkeep_copy")
