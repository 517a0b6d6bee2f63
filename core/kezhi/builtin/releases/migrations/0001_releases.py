"""Data requests with their lines and answers, and the register of external releases."""

import sqlalchemy as sa
from alembic import op

from kezhi import BigInt, CodeText, Json, UtcDateTime

revision = "releases_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "releases_request",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("destination", sa.String(8), nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("approval_id", BigInt, nullable=True),
        sa.Column("approval_number", CodeText, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("requester_id", BigInt, nullable=False),
        sa.Column("department_id", BigInt, nullable=True),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("signed_at", UtcDateTime, nullable=True),
        sa.Column("due_at", UtcDateTime, nullable=True),
        sa.Column("closed_at", UtcDateTime, nullable=True),
        sa.Column("closed_by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_releases_request"),
        sa.UniqueConstraint("number", name="uq_releases_request_number"),
        sa.CheckConstraint("destination = 'inside' OR recipient <> ''", name=op.f("ck_releases_request_recipient")),
        sa.ForeignKeyConstraint(
            ["approval_id"],
            ["approvals_request.id"],
            name="fk_releases_request_approval_id_approvals_request",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["requester_id"],
            ["accounts_user.id"],
            name="fk_releases_request_requester_id_accounts_user",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["accounts_department.id"],
            name="fk_releases_request_department_id_accounts_department",
            ondelete="SET NULL",
        ),
    )
    for columns in (
        ["number", "id"], ["asked_at", "id"], ["due_at", "id"], ["state", "due_at"], ["requester_id", "id"],
        ["approval_id"],
    ):  # fmt: skip
        _index("releases_request", columns)
    op.create_table(
        "releases_request_line",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("request_id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("code", CodeText, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_releases_request_line"),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["releases_request.id"],
            name="fk_releases_request_line_request_id_releases_request",
            ondelete="CASCADE",
        ),
    )
    _index("releases_request_line", ["request_id", "id"])
    _index("releases_request_line", ["customer_id", "request_id"])
    op.create_table(
        "releases_answer",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("answered_at", UtcDateTime, nullable=False),
        sa.Column("answered_by", sa.Text, nullable=False),
        sa.Column("expires_on", sa.Date, nullable=False),
        sa.Column("erased", CodeText, nullable=False),
        sa.Column("seal", CodeText, nullable=True),
        sa.Column("seal_version", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_releases_answer"),
        sa.ForeignKeyConstraint(
            ["id"], ["releases_request.id"], name="fk_releases_answer_id_releases_request", ondelete="CASCADE"
        ),
    )
    _index("releases_answer", ["expires_on"])
    _index("releases_answer", ["seal_version"])
    op.create_table(
        "releases_release",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", CodeText, nullable=False),
        sa.Column("request_id", BigInt, nullable=True),
        sa.Column("supersedes_id", BigInt, nullable=True),
        sa.Column("correction", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("edition", sa.Text, nullable=False),
        sa.Column("taken", Json, nullable=False),
        sa.Column("released_on", sa.Date, nullable=False),
        sa.Column("released_by", sa.Text, nullable=False),
        sa.Column("registered_at", UtcDateTime, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("crossed", CodeText, nullable=False),
        sa.Column("seal", CodeText, nullable=True),
        sa.Column("seal_version", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_releases_release"),
        sa.UniqueConstraint("number", name="uq_releases_release_number"),
        sa.UniqueConstraint("supersedes_id", name="uq_releases_release_supersedes_id"),
        sa.CheckConstraint("supersedes_id IS NULL OR supersedes_id < id", name=op.f("ck_releases_release_supersedes")),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["releases_request.id"],
            name="fk_releases_release_request_id_releases_request",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"],
            ["releases_release.id"],
            name="fk_releases_release_supersedes_id_releases_release",
            ondelete="RESTRICT",
        ),
    )
    for columns in (["number", "id"], ["released_on", "id"], ["request_id"], ["seal_version"]):
        _index("releases_release", columns)
    op.create_table(
        "releases_release_line",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("release_id", BigInt, nullable=False),
        sa.Column("customer_id", BigInt, nullable=False),
        sa.Column("code", CodeText, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_releases_release_line"),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["releases_release.id"],
            name="fk_releases_release_line_release_id_releases_release",
            ondelete="CASCADE",
        ),
    )
    _index("releases_release_line", ["release_id", "id"])
    _index("releases_release_line", ["customer_id", "release_id"])


def downgrade() -> None:
    for name in ("release_line", "release", "answer", "request_line", "request"):
        op.drop_table(f"releases_{name}")


def _index(table: str, columns: list[str]) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)
