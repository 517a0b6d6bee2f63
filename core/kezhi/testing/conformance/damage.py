"""What the plugin does when something goes wrong half way: a migration that fails leaves nothing."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from sqlalchemy import inspect

from ... import migrate
from ...errors import PluginError
from ...lifecycle import enable
from .subject import Subject

#: one more migration, which makes a table and fails
FAILS = """
import sqlalchemy as sa
from alembic import op
revision = {name!r} + "_fails"
down_revision = {head!r}


def upgrade():
    op.create_table({name!r} + "_half_done", sa.Column("id", sa.Integer, primary_key=True))
    raise ValueError("this migration fails on purpose")


def downgrade():
    op.drop_table({name!r} + "_half_done")
"""


def check_failing_migration(subject: Subject) -> list[str]:
    """When the last of its migrations fails, nothing of those before it stays."""
    name, folder = subject.name, subject.plugin.folder("migrations")
    if folder is None or not any(folder.glob("[0-9]*.py")):
        return []
    site = subject.site(enabled=False)
    for needed in subject.plugin.depends:
        if needed not in ("kezhi", *site.app.extensions["kezhi"].plugins):
            with site.app.app_context():
                enable(site, needed)
    with tempfile.TemporaryDirectory(prefix="kezhi-migrations-") as copied:
        migrations = Path(copied) / "migrations"
        shutil.copytree(folder, migrations)
        (migrations / "9999_fails.py").write_text(FAILS.format(name=name, head=migrate.head(folder)), encoding="utf-8")
        try:
            with site.engine.connect().execution_options(kezhi_write=True) as connection, connection.begin():
                migrate.upgrade(connection, name, migrations)
        except PluginError:
            pass  # as it should: the transaction was rolled back
    left = [table for table in inspect(site.engine).get_table_names() if table.startswith(f"{name}_")]
    mend = "a migration of it ends the transaction by itself: take COMMIT and autocommit blocks out"
    return [f"{name}: after a migration that failed the table {table} is there: {mend}" for table in left]


CHECKS = [check_failing_migration]
