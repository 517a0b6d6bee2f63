"""All sections of the file, key people, analyses, the company's lists, and what is known of duplicates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, UtcDateTime

revision = "customers_0002"
down_revision = "customers_0001"
branch_labels = None
depends_on = None

NUMBERS = ("assets", "registered_capital", "staff_count", "turnover", "market_share")
TEXTS = (
    "qualifications", "business_scope", "parent_company", "shareholders", "structure", "branches", "service_area",
    "sales_capacity", "potential", "sales_channels", "management_traits", "culture", "policies", "own_results",
    "results_with_us", "management_quality", "staff_quality", "competitor_dealings", "attitude", "payment_terms",
    "payment_method", "activities", "open_problems", "strengths", "counter_measures", "reputation", "credit_standing",
    "past_credit_problems", "purchase_frequency", "price_sensitivity", "varieties", "quantities", "quality_demands",
    "purchase_process", "investment_plans", "cooperation_history", "projects", "cooperation_results",
    "cooperation_problems", "industry_trend", "competitors", "feedback",
)  # fmt: skip

#: The lists as they are shipped: list, key, Chinese, English. A region's key is what records hold already.
ENTRIES = (
    ("stage", "new", "新客户", "New"),
    ("stage", "existing", "现有客户", "Existing"),
    ("stage", "lost", "流失", "Lost"),
    ("industry", "construction", "建筑业", "Construction"),
    ("industry", "real-estate", "房地产业", "Real estate"),
    ("industry", "manufacturing", "制造业", "Manufacturing"),
    ("industry", "machinery", "通用设备制造", "Machinery"),
    ("industry", "wholesale", "批发业", "Wholesale"),
    ("industry", "retail", "零售业", "Retail"),
    ("industry", "catering", "住宿和餐饮业", "Hotels and catering"),
    ("industry", "agriculture", "农业", "Agriculture"),
    ("industry", "other", "其他", "Other"),
    ("region", "华东", "华东", "East China"),
    ("region", "华南", "华南", "South China"),
    ("region", "华北", "华北", "North China"),
    ("region", "华中", "华中", "Central China"),
    ("region", "西南", "西南", "Southwest China"),
    ("region", "西北", "西北", "Northwest China"),
    ("region", "东北", "东北", "Northeast China"),
    ("scale", "large", "大型", "Large"),
    ("scale", "medium", "中型", "Medium"),
    ("scale", "small", "小型", "Small"),
    ("scale", "micro", "微型", "Micro"),
    ("decision_role", "decides", "拍板", "Decides"),
    ("decision_role", "recommends", "推荐", "Recommends"),
    ("decision_role", "checks", "把关技术", "Checks technically"),
    ("decision_role", "uses", "使用", "Uses"),
    ("decision_role", "handles", "经办", "Handles the purchase"),
)
#: Business types with their traits (CUS-03): key, Chinese, English, traits in both, special supply price.
TYPES = (
    (
        "contractor", "建筑工程公司", "Construction contractor",
        "承建或装饰装修企业；订货有间歇但会重复；签战略协议。",
        "Building or fitting-out firm; repeat orders with pauses; strategic agreement.", "",
    ),
    (
        "trading-company", "贸易公司", "Trading company",
        "长期合作；按合作紧密程度，部分产品可享特供单价。",
        "Long-term; special supply price on part of the goods, by closeness.", "part",
    ),
    (
        "operation-centre", "运营中心", "Operation centre",
        "签订合同、长期合作；全部产品享特供单价。",
        "Under contract, long-term; special supply price on all goods.", "all",
    ),
    (
        "project-retail", "工程方零售", "Project retail",
        "单个项目，由店铺、办公或厂房业主自行采购。",
        "One project, bought by the shop, office or plant itself.", "",
    ),
)  # fmt: skip


def _customer(name: str = "customer_id", **options: object) -> sa.Column[int]:
    return sa.Column(name, BigInt, nullable=False, **options)  # type: ignore[arg-type]


def _to_customer(table: str, column: str = "customer_id") -> sa.ForeignKeyConstraint:
    name = f"fk_customers_{table}_{column}_customers_customer"
    return sa.ForeignKeyConstraint([column], ["customers_customer.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "customers_profile",
        _customer(primary_key=True, autoincrement=False),
        sa.Column("scale", CodeText, nullable=False),
        *(sa.Column(name, BigInt) for name in NUMBERS),
        *(sa.Column(name, sa.Text, nullable=False) for name in TEXTS),
        _to_customer("profile"),
    )
    op.create_table(
        "customers_contact",
        sa.Column("id", BigInt, primary_key=True, autoincrement=True),
        _customer(),
        sa.Column("name", CodeText, nullable=False),
        sa.Column("post", sa.Text, nullable=False),
        sa.Column("decision_role", CodeText, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("birthday", sa.Date),
        sa.Column("preferences", sa.Text, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("is_primary", sa.Boolean, nullable=False),
        sa.Column("left_on", sa.Date),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        _to_customer("contact"),
    )
    op.create_index("ix_customers_contact_customer_id_name", "customers_contact", ["customer_id", "name"])
    op.create_table(
        "customers_analysis",
        sa.Column("id", BigInt, primary_key=True, autoincrement=True),
        _customer(),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        _to_customer("analysis"),
    )
    op.create_index("ix_customers_analysis_customer_id_at_id", "customers_analysis", ["customer_id", "at", "id"])
    _lists()
    op.create_table(
        "customers_not_duplicate",
        _customer("low_id", primary_key=True, autoincrement=False),
        _customer("high_id", primary_key=True, autoincrement=False),
        sa.Column("decided_at", UtcDateTime, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        _to_customer("not_duplicate", "low_id"),
        _to_customer("not_duplicate", "high_id"),
    )
    op.create_index("ix_customers_not_duplicate_high_id", "customers_not_duplicate", ["high_id"])
    op.create_table(
        "customers_merged",
        sa.Column("gone_id", BigInt, primary_key=True, autoincrement=False),
        _customer(),
        sa.Column("code", CodeText, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        _to_customer("merged"),
    )
    op.create_index("ix_customers_merged_customer_id", "customers_merged", ["customer_id"])


def _lists() -> None:
    table = op.create_table(
        "customers_list_entry",
        sa.Column("id", BigInt, primary_key=True, autoincrement=True),
        sa.Column("list", CodeText, nullable=False),
        sa.Column("key", CodeText, nullable=False),
        sa.Column("zh", sa.Text, nullable=False),
        sa.Column("en", sa.Text, nullable=False),
        sa.Column("traits_zh", sa.Text, nullable=False),
        sa.Column("traits_en", sa.Text, nullable=False),
        sa.Column("special_price", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("retired_at", UtcDateTime),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("uq_customers_list_entry_list_key", "customers_list_entry", ["list", "key"], unique=True)
    rows = [("business_type", *entry) for entry in TYPES] + [(*entry, "", "", "") for entry in ENTRIES]
    names = ("list", "key", "zh", "en", "traits_zh", "traits_en", "special_price")
    shipped = [
        {**dict(zip(names, row, strict=True)), "position": place, "version": 1} for place, row in enumerate(rows, 1)
    ]
    op.bulk_insert(table, shipped)
    op.create_table(
        "customers_customer_group",
        _customer(primary_key=True, autoincrement=False),
        sa.Column("entry_id", BigInt, primary_key=True, autoincrement=False),
        _to_customer("customer_group"),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["customers_list_entry.id"],
            name="fk_customers_customer_group_entry_id_customers_list_entry",
            ondelete="RESTRICT",
        ),
    )
    op.create_index("ix_customers_customer_group_entry_id", "customers_customer_group", ["entry_id"])


def downgrade() -> None:
    for table in ("merged", "not_duplicate", "customer_group", "list_entry", "analysis", "contact", "profile"):
        op.drop_table(f"customers_{table}")
