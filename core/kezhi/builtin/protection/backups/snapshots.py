"""The database as it is at one moment, streamed into an archive; and from there into an empty database.

SQLite is copied by its own backup interface. Of PostgreSQL every table is read by ``COPY`` in one transaction that sees
one moment; no tool beside this program is needed, and the tables of an empty database are made by the migrations.
"""

from __future__ import annotations

import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Engine

#: left out of the database's archive: it goes into a file of its own
KEYS = "files_key"
FILE = "kezhi.db"
PIECE = 1024 * 1024
BLOBS = "SELECT name, size, sha256 FROM files_blob WHERE destroyed_at IS NULL ORDER BY name"
KEY_ROWS = f"SELECT blob, version, wrapped FROM {KEYS} ORDER BY blob"  # noqa: S608
OWN_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
COLUMNS = """SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = current_schema() AND is_generated = 'NEVER' ORDER BY table_name, ordinal_position"""
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()"
FOREIGN_KEYS = """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of the database, open until the block ends."""

    _connection: Any

    def rows(self, statement: str) -> Iterator[Any]:
        """The rows of a plain statement, as they come."""
        cursor = self._connection.cursor()
        cursor.execute(statement)
        while found := cursor.fetchmany(1000):
            yield from found
        cursor.close()


class SqliteSnapshot(Snapshot):
    """A copy of the file, without the table of the files' keys."""

    def write(self, archive: zipfile.ZipFile) -> dict[str, Any]:
        """Put the database into the archive; answers what restoring has to know."""
        self._connection.execute("PRAGMA journal_mode=DELETE")  # all of it in one file
        self._connection.execute("PRAGMA secure_delete=ON")
        self._connection.execute(f"DELETE FROM {KEYS}")  # noqa: S608
        self._connection.commit()
        self._connection.execute("VACUUM")
        (path,) = [row[2] for row in self._connection.execute("PRAGMA database_list") if row[1] == "main"]
        with Path(path).open("rb") as source, archive.open(FILE, "w", force_zip64=True) as target:
            while piece := source.read(PIECE):
                target.write(piece)
        return {}


class PostgresSnapshot(Snapshot):
    """A transaction that sees one moment."""

    def write(self, archive: zipfile.ZipFile) -> dict[str, Any]:
        """Put the rows of all tables into the archive; answers their columns and the state of the sequences."""
        columns: dict[str, list[str]] = {name: [] for (name,) in self.rows(OWN_TABLES)}
        for table, column in self.rows(COLUMNS):
            if table in columns:
                columns[table].append(column)
        columns.pop(KEYS, None)
        for table, names in columns.items():
            with (
                self._connection.cursor() as cursor,
                archive.open(f"tables/{table}", "w", force_zip64=True) as target,
                cursor.copy(f"COPY {_quoted(table)} ({_list(names)}) TO STDOUT") as copied,
            ):
                for piece in copied:
                    target.write(bytes(piece))
        return {"columns": columns, "sequences": dict(self.rows(SEQUENCES))}


@contextmanager
def snapshot(engine: Engine, beside: Path) -> Iterator[SqliteSnapshot | PostgresSnapshot]:
    """The present moment of the database. A copy of a SQLite file lies in ``beside``, the data folder, meanwhile."""
    if engine.dialect.name == "sqlite":
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=beside) as folder:
            copy = sqlite3.connect(Path(folder) / FILE)
            with closing(copy):
                with engine.connect() as connection:
                    source: Any = connection.connection.driver_connection
                    source.backup(copy)
                yield SqliteSnapshot(copy)
        return
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        connection.exec_driver_sql("SELECT 1")  # the moment
        yield PostgresSnapshot(connection.connection.driver_connection)


def load_sqlite(archive: zipfile.ZipFile, path: Path) -> None:
    """Put the database file in its place."""
    with archive.open(FILE) as source, path.open("xb") as target:
        path.chmod(0o600)
        while piece := source.read(PIECE):
            target.write(piece)


def load_postgres(archive: zipfile.ZipFile, about: dict[str, Any], connection: Any) -> None:
    """Fill the tables, which the migrations have made, in the open transaction of a psycopg ``connection``.

    Foreign keys are taken away for as long as that takes and checked when they are put back.
    """
    with connection.cursor() as cursor:
        constraints = cursor.execute(FOREIGN_KEYS).fetchall()
        for table, name, _definition in constraints:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {_quoted(name)}")
        for table, names in about["columns"].items():
            cursor.execute(f"DELETE FROM {_quoted(table)}")  # noqa: S608 - what the migrations have put there
            with (
                cursor.copy(f"COPY {_quoted(table)} ({_list(names)}) FROM STDIN") as copied,
                archive.open(f"tables/{table}") as source,
            ):
                while piece := source.read(PIECE):
                    copied.write(piece)
        for name, value in about["sequences"].items():
            if value is not None:
                cursor.execute("SELECT setval(%s::regclass, %s)", (_quoted(name), value))
        for table, name, definition in constraints:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {_quoted(name)} {definition}")


def archive_into(target: Any) -> zipfile.ZipFile:
    """A compressed archive written in one pass."""
    return zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1)


def archive_from(source: BinaryIO) -> zipfile.ZipFile:
    """An archive to read."""
    return zipfile.ZipFile(source)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _list(names: list[str]) -> str:
    return ", ".join(_quoted(name) for name in names)
