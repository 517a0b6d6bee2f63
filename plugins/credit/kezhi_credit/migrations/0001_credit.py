"""Credit classes with their terms, ratings and limits (CRD-01, CRD-03)."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, Json, UtcDateTime

revision = "credit_0001"
down_revision = None
branch_labels = None
depends_on = None

YUAN = 100
ALL = ["cash", "transfer", "acceptance", "commercial", "letter", "cheque"]
#: The classes as they are shipped: key, names, tone, kind of limit, amount or cap, share of the turnover, days,
#: deposit share, ways to pay, interest a day, delivery, security, months between reviews.
CLASSES = (
    ("A", "优秀", "Excellent", "green", "turnover", 5_000_000 * YUAN, 300_000, 60, 0, ALL, 500, "credit", "none", 12),
    ("B", "良好", "Good", "blue", "fixed", 500_000 * YUAN, 0, 30, 0, ["cash", "transfer", "acceptance", "letter"], 500,
     "credit", "none", 12),
    ("C", "关注", "Watch", "orange", "fixed", 100_000 * YUAN, 0, 15, 300_000, ["cash", "transfer"], 500, "credit",
     "guarantee", 3),
    ("D", "较差", "Poor", "red", "fixed", 0, 0, 0, 1_000_000, ["cash", "transfer"], 500, "payment", "deposit", 6),
)  # fmt: skip
NAMES = ("zh", "en", "tone", "limit_kind", "amount", "share", "days", "deposit", "ways", "interest", "delivery",
         "security", "review_months")  # fmt: skip


def _customer(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["customer_id"],
        ["customers_customer.id"],
        name=f"fk_{table}_customer_id_customers_customer",
        ondelete="RESTRICT",
    )


def upgrade() -> None:
    classes = op.create_table(
        "credit_class",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("key", CodeText, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("retired_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_credit_class"),
        sa.UniqueConstraint("key", name="uq_credit_class_key"),
    )
    terms = op.create_table(
        "credit_terms",
        sa.Column("id", BigInt, nullable=False, autoincrement=True),
        sa.Column("class_id", BigInt, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("zh", sa.Text, nullable=False),
        sa.Column("en", sa.Text, nullable=False),
        sa.Column("tone", sa.String(10), nullable=False),
        sa.Column("limit_kind", sa.String(10), nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("share", sa.Integer, nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("deposit", sa.Integer, nullable=False),
        sa.Column("ways", Json, nullable=False),
        sa.Column("interest", sa.Integer, nullable=False),
        sa.Column("delivery", sa.String(10), nullable=False),
        sa.Column("security", sa.String(10), nullable=False),
        sa.Column("review_months", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_credit_terms"),
        sa.ForeignKeyConstraint(
            ["class_id"], ["credit_class.id"], name="fk_credit_terms_class_id_credit_class", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("class_id", "version", name="uq_credit_terms_class_id"),
        sa.CheckConstraint("limit_kind IN ('fixed', 'turnover')", name=op.f("ck_credit_terms_limit_kind")),
        sa.CheckConstraint("delivery IN ('credit', 'payment', 'stop')", name=op.f("ck_credit_terms_delivery")),
        sa.CheckConstraint("security IN ('none', 'guarantee', 'deposit')", name=op.f("ck_credit_terms_security")),
        sa.CheckConstraint(
            "amount >= 0 AND share >= 0 AND days >= 0 AND deposit >= 0 AND interest >= 0",
            name=op.f("ck_credit_terms_figures"),
        ),
    )
    now, connection = datetime.now(UTC), op.get_bind()
    for position, (key, *shipped) in enumerate(CLASSES, 1):
        made = sa.insert(classes).values(key=key, position=position, version=1).returning(classes.c.id)
        first = {"class_id": connection.execute(made).scalar_one(), "version": 1, "reason": "", "created_at": now}
        row = {**first, "created_by": "system", **dict(zip(NAMES, shipped, strict=True))}
        connection.execute(sa.insert(terms).values(row))
    op.create_table(
        "credit_rating",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("class_id", BigInt, nullable=True),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("review_on", sa.Date, nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_credit_rating"),
        _customer("credit_rating"),
        sa.ForeignKeyConstraint(
            ["class_id"], ["credit_class.id"], name="fk_credit_rating_class_id_credit_class", ondelete="RESTRICT"
        ),
    )
    op.create_index("ix_credit_rating_customer_id", "credit_rating", ["customer_id", "valid_from", "id"])
    op.create_index("ix_credit_rating_class_id", "credit_rating", ["class_id", "customer_id"])
    op.create_table(
        "credit_limit",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("amount", BigInt, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date, nullable=False),
        sa.Column("ended_on", sa.Date, nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("request_id", BigInt, nullable=True),
        sa.Column("requested_at", UtcDateTime, nullable=False),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("decided_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_credit_limit"),
        _customer("credit_limit"),
        sa.UniqueConstraint("number", name="uq_credit_limit_number"),
        sa.CheckConstraint(
            "state IN ('waiting', 'approved', 'returned', 'rejected', 'withdrawn')", name=op.f("ck_credit_limit_state")
        ),
        sa.CheckConstraint("amount >= 0 AND valid_from <= valid_to", name=op.f("ck_credit_limit_span")),
    )
    op.create_index("ix_credit_limit_customer_id", "credit_limit", ["customer_id", "state", "valid_from"])


def downgrade() -> None:
    for table in ("credit_limit", "credit_rating", "credit_terms", "credit_class"):
        op.drop_table(table)
