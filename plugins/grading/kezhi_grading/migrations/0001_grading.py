"""Schemes, runs, results, evidence and the grades in force."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt, CodeText, Json, UtcDateTime

revision = "grading_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _schemes_and_runs()
    _results()
    _current()


def _schemes_and_runs() -> None:
    op.create_table(
        "grading_scheme",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("key", CodeText, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("title", Json, nullable=False),
        sa.Column("method", sa.String(20), nullable=False),
        sa.Column("definition", Json, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("loaded_at", UtcDateTime, nullable=False),
        sa.Column("loaded_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_grading_scheme"),
        sa.UniqueConstraint("key", "version", name="uq_grading_scheme_key_version"),
    )
    op.create_table(
        "grading_run",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", BigInt, nullable=False),
        sa.Column("scheme_id", BigInt, nullable=False),
        sa.Column("scheme_key", CodeText, nullable=False),
        sa.Column("period_start", sa.Date, nullable=False),
        sa.Column("period_end", sa.Date, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("graded", BigInt, nullable=False),
        sa.Column("ungradable", BigInt, nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("totals", Json, nullable=False),
        sa.Column("sources", Json, nullable=False),
        sa.Column("evidence_units", Json, nullable=False),
        sa.Column("without_source", Json, nullable=False),
        sa.Column("digest", sa.String(64), nullable=True),
        sa.Column("effective_from", sa.Date, nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("published_at", UtcDateTime, nullable=True),
        sa.CheckConstraint("period_start <= period_end", name="ck_grading_run_period"),
        sa.ForeignKeyConstraint(
            ["scheme_id"], ["grading_scheme.id"], name="fk_grading_run_scheme_id_grading_scheme", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_grading_run"),
        sa.UniqueConstraint("number", name="uq_grading_run_number"),
    )
    op.create_index("ix_grading_run_scheme_id", "grading_run", ["scheme_id"])
    op.create_index("ix_grading_run_scheme_key_state_id", "grading_run", ["scheme_key", "state", "id"])


def _results() -> None:
    op.create_table(
        "grading_result",
        sa.Column("run_id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("code", CodeText, nullable=False),
        sa.Column("name", CodeText, nullable=False),
        sa.Column("numerator", BigInt, nullable=False),
        sa.Column("denominator", BigInt, nullable=False),
        sa.Column("score", BigInt, nullable=True),
        sa.Column("grade", CodeText, nullable=True),
        sa.Column("grade_order", sa.Integer, nullable=True),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("criteria", Json, nullable=False),
        sa.Column("previous_grade", CodeText, nullable=True),
        sa.Column("previous_order", sa.Integer, nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["grading_run.id"], name="fk_grading_result_run_id_grading_run", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "customer_id", name="pk_grading_result"),
    )
    for column in ("grade_order", "score", "code", "name"):
        op.create_index(
            f"ix_grading_result_run_id_{column}_customer_id", "grading_result", ["run_id", column, "customer_id"]
        )
    op.create_index("ix_grading_result_customer_id", "grading_result", ["customer_id"])
    op.create_table(
        "grading_evidence",
        sa.Column("run_id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("evidence", CodeText, nullable=False),
        sa.Column("record_id", BigInt, nullable=False),
        sa.Column("reference", CodeText, nullable=False),
        sa.Column("happened_on", sa.Date, nullable=True),
        sa.Column("value", BigInt, nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["grading_run.id"], name="fk_grading_evidence_run_id_grading_run", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "customer_id", "evidence", "record_id", name="pk_grading_evidence"),
    )


def _current() -> None:
    op.create_table(
        "grading_current",
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("scheme_key", CodeText, nullable=False),
        sa.Column("grade", CodeText, nullable=False),
        sa.Column("grade_order", sa.Integer, nullable=False),
        sa.Column("tone", sa.String(12), nullable=False),
        sa.Column("score", BigInt, nullable=False),
        sa.Column("run_id", BigInt, nullable=False),
        sa.Column("effective_from", sa.Date, nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name="fk_grading_current_customer_id_customers_customer",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["grading_run.id"], name="fk_grading_current_run_id_grading_run", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("customer_id", "scheme_key", name="pk_grading_current"),
    )
    op.create_index("ix_grading_current_run_id", "grading_current", ["run_id"])
    for column in ("grade_order", "score"):
        op.create_index(
            f"ix_grading_current_scheme_key_{column}_customer_id",
            "grading_current",
            ["scheme_key", column, "customer_id"],
        )


def downgrade() -> None:
    for table in ("grading_current", "grading_evidence", "grading_result", "grading_run", "grading_scheme"):
        op.drop_table(table)
