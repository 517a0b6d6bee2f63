"""Who signed, what was agreed on and why it ended are sealed; the job seals what is there (CUS-11)."""

import sqlalchemy as sa
from alembic import op

from kezhi.db import CodeText

revision = "contracts_0002"
down_revision = "contracts_0001"
branch_labels = None
depends_on = None

KEYS = ("our_signer_key", "their_signer_key")


def upgrade() -> None:
    op.add_column("contracts_contract", sa.Column("seal", CodeText))
    for table in ("contracts_contract", "contracts_change"):
        op.add_column(table, sa.Column("seal_version", sa.Integer))
        op.create_index(f"ix_{table}_seal_version", table, ["seal_version"])
    for name in KEYS:
        op.add_column("contracts_contract", sa.Column(name, CodeText, nullable=False, server_default=""))
        op.create_index(f"ix_contracts_contract_{name}", "contracts_contract", [name])


def downgrade() -> None:
    for name in KEYS:
        op.drop_index(f"ix_contracts_contract_{name}", "contracts_contract")
        op.drop_column("contracts_contract", name)
    for table in ("contracts_change", "contracts_contract"):
        op.drop_index(f"ix_{table}_seal_version", table)
        op.drop_column(table, "seal_version")
    op.drop_column("contracts_contract", "seal")
