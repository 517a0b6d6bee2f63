"""Several signers at a step, signatures passed on or asked for, and deputies by dates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt, UtcDateTime

revision = "approvals_0002"
down_revision = "approvals_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("approvals_step") as table:
        table.add_column(sa.Column("needs", sa.Integer, nullable=False, server_default="1"))
        table.add_column(sa.Column("missing", sa.Integer, nullable=False, server_default="1"))
        table.add_column(sa.Column("seated", sa.Boolean, nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("carried", sa.Integer, nullable=True))
    op.execute("UPDATE approvals_step SET missing = 0 WHERE state = 'signed'")
    with op.batch_alter_table("approvals_step") as table:
        for name in ("needs", "missing", "seated"):
            table.alter_column(name, server_default=None)

    with op.batch_alter_table("approvals_signature") as table:
        table.add_column(sa.Column("for_id", BigInt, nullable=True))
        table.add_column(sa.Column("for_name", sa.String(80), nullable=False, server_default=""))
        table.create_foreign_key(
            "fk_approvals_signature_for_id_accounts_user", "accounts_user", ["for_id"], ["id"], ondelete="RESTRICT"
        )
        table.drop_constraint("uq_approvals_signature_position", type_="unique")
        table.create_unique_constraint(
            "uq_approvals_signature_person", ["request_id", "round", "position", "user_id", "decision"]
        )
    with op.batch_alter_table("approvals_signature") as table:
        table.alter_column("for_name", server_default=None)

    op.create_table(
        "approvals_seat",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("request_id", BigInt, nullable=False),
        sa.Column("step_id", BigInt, nullable=False),
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("user_name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("for_id", BigInt, nullable=True),
        sa.Column("for_name", sa.String(80), nullable=False),
        sa.Column("by_name", sa.String(80), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("extra", sa.Boolean, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_approvals_seat"),
        _to("request_id", "approvals_seat", "approvals_request", "CASCADE"),
        _to("step_id", "approvals_seat", "approvals_step", "CASCADE"),
        _to("user_id", "approvals_seat", "accounts_user", "RESTRICT"),
        _to("for_id", "approvals_seat", "accounts_user", "RESTRICT"),
    )
    op.create_index(
        "uq_approvals_seat_open",
        "approvals_seat",
        ["step_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_approvals_seat_request", "approvals_seat", ["request_id", "id"])
    op.create_index("ix_approvals_seat_user", "approvals_seat", ["user_id", "state"])
    op.create_index("ix_approvals_seat_for", "approvals_seat", ["for_id"])

    op.create_table(
        "approvals_deputy",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("deputy_id", BigInt, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_approvals_deputy"),
        _to("user_id", "approvals_deputy", "accounts_user", "CASCADE"),
        _to("deputy_id", "approvals_deputy", "accounts_user", "CASCADE"),
    )
    op.create_index("ix_approvals_deputy_deputy", "approvals_deputy", ["deputy_id", "until"])
    op.create_index("ix_approvals_deputy_user", "approvals_deputy", ["user_id", "until"])


def _to(column: str, table: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target}"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def downgrade() -> None:
    """Of several signatures of a step the first one stays: the older tables hold one each."""
    op.drop_table("approvals_deputy")
    op.drop_table("approvals_seat")
    op.execute(
        "DELETE FROM approvals_signature WHERE id NOT IN "
        "(SELECT kept FROM (SELECT min(id) AS kept FROM approvals_signature GROUP BY request_id, round, position) AS k)"
    )
    with op.batch_alter_table("approvals_signature") as table:
        table.drop_constraint("uq_approvals_signature_person", type_="unique")
        table.drop_constraint("fk_approvals_signature_for_id_accounts_user", type_="foreignkey")
        table.drop_column("for_name")
        table.drop_column("for_id")
        table.create_unique_constraint("uq_approvals_signature_position", ["request_id", "round", "position"])
    with op.batch_alter_table("approvals_step") as table:
        for name in ("carried", "seated", "missing", "needs"):
            table.drop_column(name)
