"""Personal, contact and credit fields are sealed: rows get a token, what they are sealed by, and blind indexes.

What is stored stays readable in the clear until the job has taken it up (its ``seal_version`` is empty).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kezhi.db import CodeText

revision = "customers_0004"
down_revision = "customers_0003"
branch_labels = None
depends_on = None

KEYS = {
    "customers_customer": ("credit_code_key", "email_key"),
    "customers_contact": ("name_key", "phone_key", "email_key"),
}
INDEXES = {
    "customers_customer": (["credit_code_key"], ["email_key"]),
    "customers_contact": (["customer_id", "name_key"], ["phone_key"], ["email_key"]),
}
_KEYS = {"email": "LOWER(email)"}
ROWS = ("customers_customer", "customers_profile", "customers_contact", "customers_analysis")


def upgrade() -> None:
    op.drop_index("ix_customers_customer_credit_code", "customers_customer")
    op.drop_index("ix_customers_contact_customer_id_name", "customers_contact")
    for table in ROWS:
        op.add_column(table, sa.Column("seal", CodeText, nullable=True))
    for table in (*ROWS, "customers_change"):
        op.add_column(table, sa.Column("seal_version", sa.Integer, nullable=True))
        op.create_index(f"ix_{table}_seal_version", table, ["seal_version"])
    op.add_column("customers_change", sa.Column("person", sa.Text, nullable=True))
    for table, names in KEYS.items():
        for name in names:
            op.add_column(table, sa.Column(name, CodeText, nullable=False, server_default=""))
        with op.batch_alter_table(table) as batch:
            for name in names:
                batch.alter_column(name, server_default=None)
        for name in names:  # looked up as they are until the job makes blind indexes of them
            source = name.removesuffix("_key")
            op.execute(f"UPDATE {table} SET {name} = COALESCE({_KEYS.get(source, source)}, '')")  # noqa: S608
        for columns in INDEXES[table]:
            op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)
    _alter("birthday", sa.Date(), sa.Text(), "to_char(birthday, 'YYYY-MM-DD')")
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("customers_customer", "credit_code", type_=sa.Text())
        op.alter_column("customers_contact", "name", type_=sa.Text())


def downgrade() -> None:
    _refuse_sealed()
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("customers_customer", "credit_code", type_=sa.Text(collation="C"))
        op.alter_column("customers_contact", "name", type_=sa.Text(collation="C"))
    _alter("birthday", sa.Text(), sa.Date(), "CAST(birthday AS DATE)")
    for table, names in KEYS.items():
        for columns in INDEXES[table]:
            op.drop_index(f"ix_{table}_{'_'.join(columns)}", table)
        with op.batch_alter_table(table) as batch:
            for name in names:
                batch.drop_column(name)
    for table in (*ROWS, "customers_change"):
        op.drop_index(f"ix_{table}_seal_version", table)
        with op.batch_alter_table(table) as batch:
            batch.drop_column("seal_version")
            batch.drop_column("person" if table == "customers_change" else "seal")
    op.create_index("ix_customers_customer_credit_code", "customers_customer", ["credit_code"])
    op.create_index("ix_customers_contact_customer_id_name", "customers_contact", ["customer_id", "name"])


def _alter(column: str, before: sa.Text | sa.Date, after: sa.Text | sa.Date, using: str) -> None:
    with op.batch_alter_table("customers_contact") as batch:
        batch.alter_column(column, existing_type=before, type_=after, postgresql_using=using)


def _refuse_sealed() -> None:
    """The older program would show sealed texts as they are."""
    for table in (*ROWS, "customers_change"):
        found = sa.text(f"SELECT 1 FROM {table} WHERE seal_version > 0 LIMIT 1")  # noqa: S608 - our own names
        if op.get_bind().execute(found).first() is not None:
            raise RuntimeError(
                f"{table} holds sealed values, which the older version cannot read: restore the backup of before"
            )
