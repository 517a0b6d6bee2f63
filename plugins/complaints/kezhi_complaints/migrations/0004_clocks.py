"""What tiers are promised, and the clocks of complaints."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt, CodeText, Json, UtcDateTime

revision = "complaints_0004"
down_revision = "complaints_0003"
branch_labels = None
depends_on = None

#: (tier, minutes for an answer, a response, a solution, windows in hours, on workdays only)
LEVELS = (
    ("super", 30, 60, 120, ((0, 24),), False),
    ("gold", 60, 240, 480, ((6, 24),), False),
    ("silver", 120, 480, 1440, ((8, 20),), False),
    ("normal", 1440, 2880, 4320, ((9, 12), (13, 18)), True),
)
PLAN = 30  #: minutes within which a plan or a solution stands on the record, for everybody


def upgrade() -> None:
    op.create_table(
        "complaints_level",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("tier", CodeText, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("valid_from", UtcDateTime, nullable=False),
        sa.Column("plan", sa.Integer, nullable=False),
        sa.Column("answer", sa.Integer, nullable=False),
        sa.Column("respond", sa.Integer, nullable=False),
        sa.Column("resolve", sa.Integer, nullable=False),
        sa.Column("windows", Json, nullable=False),
        sa.Column("workdays", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_complaints_level"),
        sa.CheckConstraint(
            "plan > 0 AND answer > 0 AND respond > 0 AND resolve > 0", name=op.f("ck_complaints_level_minutes")
        ),
        sa.UniqueConstraint("tier", "version", name="uq_complaints_level_tier_version"),
    )
    op.create_table(
        "complaints_clock",
        sa.Column("complaint_id", BigInt, nullable=False),
        sa.Column("tier", CodeText, nullable=False),
        sa.Column("demand", sa.String(10), nullable=False),
        sa.Column("leading", sa.String(10), nullable=False),
        sa.Column("level_id", BigInt, nullable=True),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=True),
        sa.Column("remaining", BigInt, nullable=True),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("next_at", UtcDateTime, nullable=True),
        sa.Column("basis", CodeText, nullable=False),
        sa.PrimaryKeyConstraint("complaint_id", name="pk_complaints_clock"),
        sa.ForeignKeyConstraint(
            ["level_id"],
            ["complaints_level.id"],
            name="fk_complaints_clock_level_id_complaints_level",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints_complaint.id"],
            name="fk_complaints_clock_complaint_id_complaints_complaint",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_complaints_clock_basis_complaint_id", "complaints_clock", ["basis", "complaint_id"])
    op.create_index("ix_complaints_clock_due_at_complaint_id", "complaints_clock", ["due_at", "complaint_id"])
    op.create_index("ix_complaints_clock_next_at_complaint_id", "complaints_clock", ["next_at", "complaint_id"])
    op.create_table(
        "complaints_clock_run",
        sa.Column("complaint_id", BigInt, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=True),
        sa.Column("stopped_at", UtcDateTime, nullable=True),
        sa.Column("used", BigInt, nullable=True),
        sa.Column("told", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("complaint_id", "kind", "round", name="pk_complaints_clock_run"),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints_complaint.id"],
            name="fk_complaints_clock_run_complaint_id_complaints_complaint",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_complaints_clock_run_started_at", "complaints_clock_run", ["started_at", "kind"])
    op.create_index("ix_complaints_event_owner_id_complaint_id", "complaints_event", ["owner_id", "complaint_id"])
    _ship()


def downgrade() -> None:
    op.drop_index("ix_complaints_event_owner_id_complaint_id", "complaints_event")
    for name in ("clock_run", "clock", "level"):
        op.drop_table(f"complaints_{name}")


def _ship() -> None:
    level = sa.table(
        "complaints_level",
        sa.column("tier", CodeText), sa.column("version", sa.Integer), sa.column("valid_from", UtcDateTime),
        sa.column("plan", sa.Integer), sa.column("answer", sa.Integer), sa.column("respond", sa.Integer),
        sa.column("resolve", sa.Integer), sa.column("windows", Json), sa.column("workdays", sa.Boolean),
        sa.column("reason", sa.Text), sa.column("created_at", UtcDateTime), sa.column("created_by", sa.Text),
    )  # fmt: skip
    always = datetime(1970, 1, 1, tzinfo=UTC)
    for tier, answer, respond, resolve, windows, workdays in LEVELS:
        row = {
            "tier": tier, "version": 1, "valid_from": always, "plan": PLAN, "answer": answer, "respond": respond,
            "resolve": resolve, "windows": [[start * 60, end * 60] for start, end in windows], "workdays": workdays,
            "reason": "", "created_at": always, "created_by": "system",
        }  # fmt: skip
        op.get_bind().execute(sa.insert(level).values(row))
