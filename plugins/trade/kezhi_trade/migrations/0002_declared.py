"""Declared figures and disputes (TRD-07, TRD-09)."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, UtcDateTime

revision = "trade_0002"
down_revision = "trade_0001"
branch_labels = None
depends_on = None

#: The figures as they are shipped: key, Chinese, English, unit.
FIGURES = (
    ("turnover", "自身营业额", "Own turnover", "money"),
    ("class_purchases", "同类产品采购总额", "Purchases of our product class", "money"),
    ("expected_growth", "未来三年预期增长率", "Expected growth of the next three years", "ratio"),
    ("market_share", "市场份额", "Market share", "ratio"),
    ("commission", "佣金", "Commission", "money"),
    ("assets", "资产", "Assets", "money"),
    ("size", "客户规模", "Size", "money"),
)


def _customer(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["customer_id"],
        ["customers_customer.id"],
        name=f"fk_{table}_customer_id_customers_customer",
        ondelete="RESTRICT",
    )


def upgrade() -> None:
    figures = op.create_table(
        "trade_figure",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("key", CodeText, nullable=False),
        sa.Column("zh", sa.Text, nullable=False),
        sa.Column("en", sa.Text, nullable=False),
        sa.Column("unit", sa.String(10), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("retired_at", UtcDateTime, nullable=True),
        sa.Column("version", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trade_figure"),
        sa.UniqueConstraint("key", name="uq_trade_figure_key"),
        sa.CheckConstraint("unit IN ('money', 'ratio', 'count')", name=op.f("ck_trade_figure_unit")),
    )
    names = ("key", "zh", "en", "unit")
    op.bulk_insert(
        figures,
        [
            {**dict(zip(names, row, strict=True)), "position": place, "version": 1}
            for place, row in enumerate(FIGURES, 1)
        ],
    )
    op.create_table(
        "trade_declaration",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("figure_id", BigInt, nullable=False),
        sa.Column("unit", sa.String(10), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("value", BigInt, nullable=False),
        sa.Column("declared_on", sa.Date, nullable=False),
        sa.Column("stated_in", sa.Text, nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("withdrawn_at", UtcDateTime, nullable=True),
        sa.Column("withdrawn_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trade_declaration"),
        _customer("trade_declaration"),
        sa.ForeignKeyConstraint(
            ["figure_id"],
            ["trade_figure.id"],
            name="fk_trade_declaration_figure_id_trade_figure",
            ondelete="RESTRICT",
        ),
        sa.CheckConstraint("year BETWEEN 1900 AND 2200", name=op.f("ck_trade_declaration_year")),
    )
    for name, columns in (
        ("figure_id", ["figure_id", "customer_id", "year", "declared_on", "id"]),
        ("customer_id", ["customer_id", "declared_on", "id"]),
        ("declared_on", ["declared_on", "id"]),
        ("year", ["year", "id"]),
    ):
        op.create_index(f"ix_trade_declaration_{name}", "trade_declaration", columns)
    op.create_table(
        "trade_dispute",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("happened_on", sa.Date, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("gravity", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("version", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trade_dispute"),
        _customer("trade_dispute"),
        sa.UniqueConstraint("number", name="uq_trade_dispute_number"),
        sa.CheckConstraint("gravity IN ('ordinary', 'serious')", name=op.f("ck_trade_dispute_gravity")),
        sa.CheckConstraint("state IN ('open', 'settled', 'closed')", name=op.f("ck_trade_dispute_state")),
    )
    op.create_index("ix_trade_dispute_customer_id", "trade_dispute", ["customer_id", "happened_on"])
    op.create_index("ix_trade_dispute_happened_on", "trade_dispute", ["happened_on", "id"])
    op.create_index("ix_trade_dispute_number", "trade_dispute", ["number", "id"])


def downgrade() -> None:
    op.drop_table("trade_dispute")
    op.drop_table("trade_declaration")
    op.drop_table("trade_figure")
