"""People, departments, roles and the counters of failed log-ins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, CodeText, Json, UtcDateTime

revision = "accounts_0001"
down_revision = None
branch_labels = None
depends_on = None

MANAGER = "fk_accounts_department_manager_id_accounts_user"


def _on_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def upgrade() -> None:
    # departments and people name each other: PostgreSQL gets the second key once both tables stand
    manager = [sa.ForeignKeyConstraint(["manager_id"], ["accounts_user.id"], name=MANAGER, ondelete="SET NULL")]
    op.create_table(
        "accounts_department",
        sa.Column("id", BigInt, primary_key=True, autoincrement=True),
        sa.Column("name", CodeText, nullable=False),
        sa.Column("parent_id", BigInt),
        sa.Column("manager_id", BigInt),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["accounts_department.id"],
            name="fk_accounts_department_parent_id_accounts_department",
            ondelete="RESTRICT",
        ),
        sa.UniqueConstraint("name", name="uq_accounts_department_name"),
        *(manager if _on_sqlite() else []),
    )
    op.create_table(
        "accounts_user",
        sa.Column("id", BigInt, primary_key=True, autoincrement=True),
        sa.Column("login", CodeText, nullable=False),
        sa.Column("name", CodeText, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("must_change_password", sa.Boolean, nullable=False),
        sa.Column("department_id", BigInt),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("locale", sa.String(20)),
        sa.Column("theme", sa.String(10)),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("password_changed_at", UtcDateTime, nullable=False),
        sa.Column("last_login_at", UtcDateTime),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["accounts_department.id"],
            name="fk_accounts_user_department_id_accounts_department",
            ondelete="RESTRICT",
        ),
        sa.UniqueConstraint("login", name="uq_accounts_user_login"),
    )
    if not _on_sqlite():
        op.create_foreign_key(
            MANAGER, "accounts_department", "accounts_user", ["manager_id"], ["id"], ondelete="SET NULL"
        )
    op.create_table(
        "accounts_department_closure",
        sa.Column("ancestor_id", BigInt, primary_key=True, autoincrement=False),
        sa.Column("descendant_id", BigInt, primary_key=True, autoincrement=False),
        sa.Column("depth", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["ancestor_id"],
            ["accounts_department.id"],
            name="fk_accounts_department_closure_ancestor_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["descendant_id"],
            ["accounts_department.id"],
            name="fk_accounts_department_closure_descendant_id",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "accounts_role",
        sa.Column("key", CodeText, primary_key=True),
        sa.Column("title", Json, nullable=False),
        sa.Column("shipped", sa.Boolean, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
    )
    op.create_table(
        "accounts_user_role",
        sa.Column("user_id", BigInt, primary_key=True, autoincrement=False),
        sa.Column("role_key", CodeText, primary_key=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts_user.id"], name="fk_accounts_user_role_user_id_accounts_user", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["role_key"],
            ["accounts_role.key"],
            name="fk_accounts_user_role_role_key_accounts_role",
            ondelete="RESTRICT",
        ),
    )
    op.create_table(
        "accounts_role_permission",
        sa.Column("role_key", CodeText, primary_key=True),
        sa.Column("permission", CodeText, primary_key=True),
        sa.Column("granted", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(
            ["role_key"],
            ["accounts_role.key"],
            name="fk_accounts_role_permission_role_key_accounts_role",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "accounts_attempt",
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("subject", CodeText, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", UtcDateTime, nullable=False),
        sa.Column("locked_until", UtcDateTime),
    )
    for table, *columns in (
        ("department", "parent_id"),
        ("department", "manager_id"),
        ("department_closure", "descendant_id"),
        ("user", "login", "id"),
        ("user", "name", "id"),
        ("user", "department_id", "id"),
        ("user_role", "role_key"),
        ("attempt", "last_at"),
    ):
        op.create_index(f"ix_accounts_{table}_{'_'.join(columns)}", f"accounts_{table}", columns)


def downgrade() -> None:
    for table in ("attempt", "role_permission", "user_role", "role", "department_closure"):
        op.drop_table(f"accounts_{table}")
    if _on_sqlite():
        # dropping a table deletes its rows first: nothing may point at them any more
        op.execute("UPDATE accounts_department SET manager_id = NULL, parent_id = NULL")
    else:
        op.drop_constraint(MANAGER, "accounts_department", type_="foreignkey")
    op.drop_table("accounts_user")
    op.drop_table("accounts_department")
