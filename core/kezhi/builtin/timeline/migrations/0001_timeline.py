"""Notes and mentions."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import BigInt, UtcDateTime

revision = "timeline_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "timeline_note",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("plugin", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("record_id", BigInt, nullable=True),
        sa.Column("customer_id", BigInt, nullable=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("author_id", BigInt, nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("edited_at", UtcDateTime, nullable=True),
        sa.Column("removed_at", UtcDateTime, nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_timeline_note"),
        sa.ForeignKeyConstraint(
            ["author_id"], ["accounts_user.id"], name="fk_timeline_note_author_id_accounts_user", ondelete="RESTRICT"
        ),
        sa.CheckConstraint("record_id IS NOT NULL OR customer_id IS NOT NULL", name=op.f("ck_timeline_note_hangs")),
    )
    op.create_index("ix_timeline_note_record", "timeline_note", ["plugin", "kind", "record_id", "created_at", "id"])
    op.create_index("ix_timeline_note_customer", "timeline_note", ["customer_id", "plugin", "kind", "created_at", "id"])
    op.create_index("ix_timeline_note_author_id", "timeline_note", ["author_id"])
    op.create_table(
        "timeline_mention",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("note_id", BigInt, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("read_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_timeline_mention"),
        sa.ForeignKeyConstraint(
            ["note_id"], ["timeline_note.id"], name="fk_timeline_mention_note_id_timeline_note", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["accounts_user.id"], name="fk_timeline_mention_user_id_accounts_user", ondelete="RESTRICT"
        ),
        sa.UniqueConstraint("note_id", "position", name="uq_timeline_mention_note_id_position"),
    )
    op.create_index("ix_timeline_mention_user_id", "timeline_mention", ["user_id", "note_id"])


def downgrade() -> None:
    op.drop_table("timeline_mention")
    op.drop_table("timeline_note")
