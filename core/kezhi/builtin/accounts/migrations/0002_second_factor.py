"""Second factors, links that set a password, the establishment of departments, and roles that change one at a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, UtcDateTime

revision = "accounts_0002"
down_revision = "accounts_0001"
branch_labels = None
depends_on = None


def _person(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_user_id_accounts_user"
    return sa.ForeignKeyConstraint(["user_id"], ["accounts_user.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    # plain added columns: rebuilding a table to which others point would need their keys taken away first
    op.add_column("accounts_role", sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    op.add_column("accounts_role", sa.Column("second_factor", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("accounts_department", sa.Column("planned_managers", sa.Integer))
    op.add_column("accounts_department", sa.Column("planned_staff", sa.Integer))
    op.create_table(
        "accounts_factor",
        sa.Column("user_id", BigInt, primary_key=True, autoincrement=False),
        sa.Column("secret", sa.Text),
        sa.Column("confirmed_at", UtcDateTime),
        sa.Column("last_step", BigInt),
        sa.Column("pending", sa.Text),
        _person("accounts_factor"),
    )
    op.create_table(
        "accounts_recovery_code",
        sa.Column("user_id", BigInt, primary_key=True, autoincrement=False),
        sa.Column("code_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("used_at", UtcDateTime),
        _person("accounts_recovery_code"),
    )
    op.create_table(
        "accounts_half_log_in",
        sa.Column("token_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("secret", sa.Text),
        _person("accounts_half_log_in"),
    )
    op.create_table(
        "accounts_password_link",
        sa.Column("id", BigInt, primary_key=True, autoincrement=True),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("used", sa.Boolean, nullable=False),
        sa.UniqueConstraint("code_hash", name="uq_accounts_password_link_code_hash"),
        _person("accounts_password_link"),
    )
    for table, column in (
        ("half_log_in", "user_id"),
        ("half_log_in", "expires_at"),
        ("password_link", "user_id"),
        ("password_link", "expires_at"),
    ):
        op.create_index(f"ix_accounts_{table}_{column}", f"accounts_{table}", [column])


def downgrade() -> None:
    for table in ("password_link", "half_log_in", "recovery_code", "factor"):
        op.drop_table(f"accounts_{table}")
    for table, *columns in (("department", "planned_staff", "planned_managers"), ("role", "second_factor", "version")):
        for column in columns:
            op.drop_column(f"accounts_{table}", column)
