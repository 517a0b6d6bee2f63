"""Database migrations: linear, one version table per plugin, run in the caller's transaction.

A plugin whose files are gone cannot stop another one from migrating, and a revision that fails leaves nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect

from .errors import PluginError

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

KERNEL = "kezhi"


def version_table(plugin: str) -> str:
    """Where a plugin's revision stands."""
    return f"{plugin}_alembic_version"


def kernel_folder() -> Path:
    return Path(__file__).parent / "migrations"


def head(folder: Path) -> str | None:
    """The newest revision of a folder. Errors: ``ValueError`` when the history branches."""
    heads = _scripts(folder).get_heads()
    if len(heads) > 1:
        raise ValueError(f"more than one head: {', '.join(sorted(heads))}")
    return heads[0] if heads else None


def current(connection: Connection, plugin: str) -> str | None:
    """The revision a plugin's tables stand at, None before the first."""
    from alembic.migration import MigrationContext

    if not inspect(connection).has_table(version_table(plugin)):
        return None
    context = MigrationContext.configure(connection, opts={"version_table": version_table(plugin)})
    return context.get_current_revision()


def upgrade(connection: Connection, plugin: str, folder: Path, target: str = "head") -> None:
    """Bring a plugin's tables up to ``target``. Errors: ``PluginError`` naming the plugin; the caller rolls back."""
    scripts = _scripts(folder)
    _run(connection, plugin, scripts, lambda revision, _context: scripts._upgrade_revs(target, revision))


def downgrade(connection: Connection, plugin: str, folder: Path, target: str = "base") -> None:
    """Take a plugin's tables down to ``target``; at base its version table goes as well."""
    scripts = _scripts(folder)
    _run(connection, plugin, scripts, lambda revision, _context: scripts._downgrade_revs(target, revision))
    if target == "base":
        connection.exec_driver_sql(f'DROP TABLE IF EXISTS "{version_table(plugin)}"')


def _scripts(folder: Path) -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(folder), version_locations=[str(folder)])


def _run(connection: Connection, plugin: str, scripts: ScriptDirectory, steps: Any) -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    options = {"version_table": version_table(plugin), "fn": steps, "script": scripts, "transactional_ddl": True}
    context = MigrationContext.configure(connection, opts=options)
    try:
        with Operations.context(context):
            context.run_migrations()
    except Exception as error:
        raise PluginError(plugin, f"migration failed: {type(error).__name__}: {error}", stage="migration") from error
