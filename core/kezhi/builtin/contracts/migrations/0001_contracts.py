"""Kinds of contracts as shipped, contracts, and their changes (CUS-13)."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, UtcDateTime

revision = "contracts_0001"
down_revision = None
branch_labels = None
depends_on = None

#: The kinds as they are shipped: key, Chinese, English, days before the last day.
KINDS = (
    ("supply", "供货合同", "Supply contract", 30),
    ("quality", "质量保证协议", "Quality assurance agreement", 30),
    ("long_term", "长期协议", "Long-term agreement", 60),
    ("strategic", "战略合作协议", "Strategic agreement", 90),
    ("cooperation", "合作协议", "Co-operation agreement", 30),
    ("intent", "意向书", "Letter of intent", 14),
)


def upgrade() -> None:
    kinds = op.create_table(
        "contracts_kind",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("key", CodeText, nullable=False),
        sa.Column("zh", sa.Text, nullable=False),
        sa.Column("en", sa.Text, nullable=False),
        sa.Column("remind_days", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("retired_at", UtcDateTime, nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contracts_kind"),
        sa.UniqueConstraint("key", name="uq_contracts_kind_key"),
    )
    names = ("key", "zh", "en", "remind_days")
    op.bulk_insert(
        kinds,
        [{**dict(zip(names, row, strict=True)), "position": place, "version": 1} for place, row in enumerate(KINDS, 1)],
    )
    op.create_table(
        "contracts_contract",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("kind", CodeText, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("our_party", sa.Text, nullable=False),
        sa.Column("their_party", sa.Text, nullable=False),
        sa.Column("other_parties", sa.Text, nullable=False),
        sa.Column("our_signer", sa.Text, nullable=False),
        sa.Column("their_signer", sa.Text, nullable=False),
        sa.Column("signed_on", sa.Date, nullable=True),
        sa.Column("valid_from", sa.Date, nullable=True),
        sa.Column("valid_to", sa.Date, nullable=True),
        sa.Column("remind_days", sa.Integer, nullable=True),
        sa.Column("amount", BigInt, nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("terminated_on", sa.Date, nullable=True),
        sa.Column("termination_reason", sa.Text, nullable=False),
        sa.Column("predecessor_id", BigInt, nullable=True),
        sa.Column("reminded_for", sa.Date, nullable=True),
        sa.Column("entered_on", sa.Date, nullable=False),
        sa.Column("origin", sa.String(20), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contracts_contract"),
        sa.UniqueConstraint("number", name="uq_contracts_contract_number"),
        sa.UniqueConstraint("predecessor_id", name="uq_contracts_contract_predecessor_id"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers_customer.id"],
            name="fk_contracts_contract_customer_id_customers_customer", ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["contracts_contract.id"],
            name="fk_contracts_contract_predecessor_id_contracts_contract", ondelete="SET NULL",
        ),
        sa.CheckConstraint(
            "valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to",
            name=op.f("ck_contracts_contract_validity"),
        ),
        sa.CheckConstraint(
            "signed_on IS NULL OR valid_from IS NOT NULL", name=op.f("ck_contracts_contract_begins")
        ),
        sa.CheckConstraint("amount IS NULL OR amount >= 0", name=op.f("ck_contracts_contract_amount")),
    )  # fmt: skip
    indexes = (
        ("customer_id", "kind", "valid_to"),
        ("number", "id"),
        ("signed_on", "id"),
        ("valid_from", "id"),
        ("valid_to", "id"),
        ("kind", "customer_id"),
    )
    for columns in indexes:
        op.create_index(f"ix_contracts_contract_{'_'.join(columns)}", "contracts_contract", list(columns))
    op.create_table(
        "contracts_change",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("contract_id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("old", sa.Text, nullable=False),
        sa.Column("new", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contracts_change"),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts_contract.id"],
            name="fk_contracts_change_contract_id_contracts_contract", ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers_customer.id"],
            name="fk_contracts_change_customer_id_customers_customer", ondelete="CASCADE",
        ),
    )  # fmt: skip
    for name in ("contract_id", "customer_id"):
        op.create_index(f"ix_contracts_change_{name}_at_id", "contracts_change", [name, "at", "id"])


def downgrade() -> None:
    for name in ("contracts_change", "contracts_contract", "contracts_kind"):
        op.drop_table(name)
