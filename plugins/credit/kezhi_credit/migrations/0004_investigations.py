"""Investigations, the score card, rating sheets, and the sign of an expired investigation (CRD-01, CRD-02, CRD-06)."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, Json, UtcDateTime

revision = "credit_0004"
down_revision = "credit_0003"
branch_labels = None
depends_on = None

BEFORE = "sign IN ('used', 'over_limit', 'overdue', 'lowered', 'orders')"
AFTER = "sign IN ('used', 'over_limit', 'overdue', 'lowered', 'orders', 'expired')"
#: The sources as they are shipped (CRD-02).
SOURCES = (
    ("registry", "工商登记资料", "Registry extract"),
    ("bank", "银行资信", "Bank"),
    ("visit", "实地走访", "Site visit"),
    ("references", "同行及供应商评价", "Trade references"),
    ("court", "涉诉与行政处罚", "Court and penalty records"),
)
#: The score card as it is shipped: figure, Chinese and English name, unit, weight in percent, and from which figure on
#: how many points; ratios are parts per million, points thousandths.
P = 1000
CRITERIA = (
    ("trade.collection_rate", "回款率", "Collection rate", "ratio", 25,
     [[None, 0], [700_000, 40 * P], [850_000, 70 * P], [950_000, 100 * P]]),
    ("trade.overdue_days", "期末最长逾期天数", "Longest days overdue at the end of the period", "days", 20,
     [[None, 100 * P], [1, 80 * P], [16, 60 * P], [31, 30 * P], [91, 0]]),
    ("trade.disputes", "贸易纠纷次数", "Disputes", "count", 10,
     [[None, 100 * P], [1, 80 * P], [3, 40 * P], [6, 0]]),
    ("trade.disputes_serious", "严重纠纷次数", "Serious disputes", "count", 10, [[None, 100 * P], [1, 30 * P], [2, 0]]),
    *((f"credit.finding_{key}", f"调查结论：{zh}", f"Finding: {en}", "points", weight,
       [[None, 0], [50 * P, 60 * P], [100 * P, 100 * P]])
      for (key, zh, en), weight in zip(SOURCES, (5, 10, 5, 5, 10), strict=True)),
)  # fmt: skip
CUTS = [["A", 85 * P], ["B", 70 * P], ["C", 50 * P], ["D", None]]


def _to(table: str, column: str, target: str, ondelete: str = "RESTRICT") -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target}"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    now = datetime.now(UTC)
    source = op.create_table(
        "credit_source",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("key", CodeText, nullable=False),
        sa.Column("zh", sa.Text, nullable=False),
        sa.Column("en", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("retired_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_credit_source"),
        sa.UniqueConstraint("key", name="uq_credit_source_key"),
    )
    op.bulk_insert(
        source, [{"key": key, "zh": zh, "en": en, "position": n} for n, (key, zh, en) in enumerate(SOURCES, 1)]
    )
    op.create_table(
        "credit_investigation",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("investigator_id", BigInt, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("investigated_on", sa.Date, nullable=True),
        sa.Column("valid_until", sa.Date, nullable=True),
        sa.Column("conclusion", sa.Text, nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("closed_at", UtcDateTime, nullable=True),
        sa.Column("closed_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_credit_investigation"),
        _to("credit_investigation", "customer_id", "customers_customer"),
        _to("credit_investigation", "investigator_id", "accounts_user"),
        sa.UniqueConstraint("number", name="uq_credit_investigation_number"),
        sa.CheckConstraint("state IN ('open', 'done', 'cancelled')", name=op.f("ck_credit_investigation_state")),
        sa.CheckConstraint(
            "state <> 'done' OR (investigated_on IS NOT NULL AND valid_until >= investigated_on)",
            name=op.f("ck_credit_investigation_done"),
        ),
    )
    op.create_index(
        "ix_credit_investigation_customer_id", "credit_investigation", ["customer_id", "state", "investigated_on", "id"]
    )
    op.create_index("ix_credit_investigation_investigator_id", "credit_investigation", ["investigator_id", "state"])
    op.create_index("ix_credit_investigation_due_on", "credit_investigation", ["due_on", "id"])
    op.create_table(
        "credit_finding",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("investigation_id", BigInt, nullable=False),
        sa.Column("source_key", CodeText, nullable=False),
        sa.Column("judgement", sa.String(10), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_credit_finding"),
        _to("credit_finding", "customer_id", "customers_customer"),
        _to("credit_finding", "investigation_id", "credit_investigation", "CASCADE"),
        sa.UniqueConstraint("investigation_id", "source_key", name="uq_credit_finding_investigation_id"),
        sa.CheckConstraint("judgement IN ('good', 'fair', 'poor')", name=op.f("ck_credit_finding_judgement")),
    )
    op.create_index("ix_credit_finding_customer_id", "credit_finding", ["customer_id"])
    card = op.create_table(
        "credit_card",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("definition", Json, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_credit_card"),
        sa.UniqueConstraint("version", name="uq_credit_card_version"),
    )
    criteria = [
        {"metric": metric, "title": {"zh": zh, "en": en}, "unit": unit, "weight": weight, "missing": "out",
         "bands": bands}
        for metric, zh, en, unit, weight, bands in CRITERIA
    ]  # fmt: skip
    definition = {"months": 12, "least": 50, "criteria": criteria, "cuts": CUTS}
    op.bulk_insert(card, [{"version": 1, "definition": definition, "reason": "", "created_at": now,
                           "created_by": "system"}])  # fmt: skip
    op.create_table(
        "credit_sheet",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("investigation_id", BigInt, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.Column("suggested_key", CodeText, nullable=False),
        sa.Column("proposed_id", BigInt, nullable=False),
        sa.Column("opinion", sa.Text, nullable=False),
        sa.Column("request_id", BigInt, nullable=True),
        sa.Column("filled_on", sa.Date, nullable=False),
        sa.Column("filled_at", UtcDateTime, nullable=False),
        sa.Column("filled_by", sa.Text, nullable=False),
        sa.Column("decided_id", BigInt, nullable=True),
        sa.Column("decided_reason", sa.Text, nullable=False),
        sa.Column("decided_at", UtcDateTime, nullable=True),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("rating_id", BigInt, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_credit_sheet"),
        _to("credit_sheet", "customer_id", "customers_customer"),
        _to("credit_sheet", "investigation_id", "credit_investigation"),
        _to("credit_sheet", "proposed_id", "credit_class"),
        _to("credit_sheet", "decided_id", "credit_class"),
        _to("credit_sheet", "rating_id", "credit_rating", "SET NULL"),
        sa.UniqueConstraint("number", name="uq_credit_sheet_number"),
        sa.CheckConstraint(
            "state IN ('waiting', 'approved', 'returned', 'rejected', 'withdrawn')", name=op.f("ck_credit_sheet_state")
        ),
    )
    op.create_index("ix_credit_sheet_customer_id", "credit_sheet", ["customer_id", "state", "filled_on"])
    op.create_index("ix_credit_sheet_filled_at", "credit_sheet", ["filled_at", "id"])
    op.create_index("ix_credit_sheet_rating_id", "credit_sheet", ["rating_id"])
    op.create_index("ix_credit_sheet_investigation_id", "credit_sheet", ["investigation_id"])
    _signs(AFTER)


def _signs(condition: str) -> None:
    """The signs that an alert may have. SQLite makes the table anew, and takes no check along that is not named."""
    name = op.f("ck_credit_alert_sign")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(name, "credit_alert", type_="check")
        op.create_check_constraint(name, "credit_alert", condition)
    else:
        with op.batch_alter_table("credit_alert", recreate="always") as batch:
            batch.create_check_constraint(name, condition)


def downgrade() -> None:
    op.execute("DELETE FROM credit_alert WHERE sign = 'expired'")
    _signs(BEFORE)
    for table in ("credit_sheet", "credit_card", "credit_finding", "credit_investigation", "credit_source"):
        op.drop_table(table)
