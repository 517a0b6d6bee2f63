"""The customer file."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, UtcDateTime

revision = "customers_0001"
down_revision = None
branch_labels = None
depends_on = None

SORTED = (
    "code",
    "name",
    "short_name",
    "region",
    "business_type",
    "stage",
    "trade_since",
    "updated_at",
    "owner_id",
    "department_id",
)


def upgrade() -> None:
    op.create_table(
        "customers_customer",
        sa.Column("id", BigInt, primary_key=True, autoincrement=True),
        sa.Column("code", CodeText),
        sa.Column("prospect_number", CodeText),
        sa.Column("name", CodeText, nullable=False),
        sa.Column("name_key", CodeText, nullable=False),
        sa.Column("short_name", CodeText, nullable=False),
        sa.Column("credit_code", CodeText),
        sa.Column("contact_name", sa.Text, nullable=False),
        sa.Column("contact_title", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("city", CodeText, nullable=False),
        sa.Column("region", CodeText, nullable=False),
        sa.Column("postal_code", sa.Text, nullable=False),
        sa.Column("country", CodeText, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("phone_key", CodeText, nullable=False),
        sa.Column("fax", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("website", sa.Text, nullable=False),
        sa.Column("legal_representative", sa.Text, nullable=False),
        sa.Column("industry", CodeText, nullable=False),
        sa.Column("business_type", CodeText, nullable=False),
        sa.Column("stage", CodeText, nullable=False),
        sa.Column("founded_on", sa.Date),
        sa.Column("trade_since", sa.Date),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("owner_id", BigInt),
        sa.Column("department_id", BigInt),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["accounts_user.id"],
            name="fk_customers_customer_owner_id_accounts_user",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["accounts_department.id"],
            name="fk_customers_customer_department_id_accounts_department",
            ondelete="RESTRICT",
        ),
        sa.UniqueConstraint("code", name="uq_customers_customer_code"),
        sa.UniqueConstraint("prospect_number", name="uq_customers_customer_prospect_number"),
    )
    for column in SORTED:
        op.create_index(f"ix_customers_customer_{column}_id", "customers_customer", [column, "id"])
    for column in ("credit_code", "name_key", "phone_key"):
        op.create_index(f"ix_customers_customer_{column}", "customers_customer", [column])
    op.create_table(
        "customers_change",
        sa.Column("id", BigInt, primary_key=True, autoincrement=True),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("old", sa.Text, nullable=False),
        sa.Column("new", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name="fk_customers_change_customer_id_customers_customer",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_customers_change_customer_id_at_id", "customers_change", ["customer_id", "at", "id"])
    op.create_table(
        "customers_owner",
        sa.Column("id", BigInt, primary_key=True, autoincrement=True),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("department_id", BigInt),
        sa.Column("from_at", UtcDateTime, nullable=False),
        sa.Column("to_at", UtcDateTime),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name="fk_customers_owner_customer_id_customers_customer",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts_user.id"], name="fk_customers_owner_user_id_accounts_user", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["accounts_department.id"],
            name="fk_customers_owner_department_id_accounts_department",
            ondelete="SET NULL",
        ),
    )
    op.create_index("ix_customers_owner_customer_id_from_at", "customers_owner", ["customer_id", "from_at"])
    op.create_index("ix_customers_owner_user_id", "customers_owner", ["user_id"])
    op.create_index(
        "uq_customers_owner_open",
        "customers_owner",
        ["customer_id"],
        unique=True,
        sqlite_where=sa.text("to_at IS NULL"),
        postgresql_where=sa.text("to_at IS NULL"),
    )
    op.create_table(
        "customers_used_code",
        sa.Column("code", CodeText, primary_key=True),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("given_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_customers_used_code_customer_id", "customers_used_code", ["customer_id"])
    op.create_table(
        "customers_staged_key",
        sa.Column("batch_id", BigInt, primary_key=True, autoincrement=False),
        sa.Column("row", BigInt, primary_key=True, autoincrement=False),
        sa.Column("name_key", CodeText, nullable=False),
        sa.Column("phone_key", CodeText, nullable=False),
        sa.Column("code", CodeText),
    )
    for column in ("name_key", "phone_key"):
        op.create_index(f"ix_customers_staged_key_batch_id_{column}", "customers_staged_key", ["batch_id", column])


def downgrade() -> None:
    for table in ("staged_key", "used_code", "owner", "change", "customer"):
        op.drop_table(f"customers_{table}")
