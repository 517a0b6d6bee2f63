"""What is staged is sealed.

Files of customers that were being checked have to be chosen again, and what earlier imports of customers replaced is
forgotten: neither can be compared with sealed values.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kezhi.db import CodeText

revision = "imports_0006"
down_revision = "imports_0005"
branch_labels = None
depends_on = None

TABLES = ("imports_row", "imports_problem", "imports_kept")
_OF_CUSTOMERS = "SELECT id FROM imports_batch WHERE kind IN ('customers', 'contacts')"
_OPEN = "('loading', 'unmapped', 'checked', 'failed', 'applying')"


def upgrade() -> None:
    op.execute(f"DELETE FROM imports_kept WHERE batch_id IN ({_OF_CUSTOMERS})")  # noqa: S608 - constants
    op.execute(f"DELETE FROM imports_row WHERE batch_id IN ({_OF_CUSTOMERS} AND state IN {_OPEN})")  # noqa: S608
    op.execute(f"UPDATE imports_row SET data = '{{}}' WHERE batch_id IN ({_OF_CUSTOMERS})")  # noqa: S608
    op.execute(
        f"UPDATE imports_batch SET state = 'discarded' WHERE id IN ({_OF_CUSTOMERS}) AND state IN {_OPEN}"  # noqa: S608
    )
    op.add_column("imports_row", sa.Column("seal", CodeText, nullable=True))
    for table in TABLES:
        op.add_column(table, sa.Column("seal_version", sa.Integer, nullable=True))
        op.create_index(f"ix_{table}_seal_version", table, ["seal_version"])
    # the journal of other kinds holds nothing that is protected
    op.execute("UPDATE imports_kept SET seal_version = -1")


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(f"ix_{table}_seal_version", table)
        with op.batch_alter_table(table) as batch:
            batch.drop_column("seal_version")
            if table == "imports_row":
                batch.drop_column("seal")
