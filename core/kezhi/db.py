"""The database: one engine per process, one metadata, a declarative base per plugin, and the two kinds of transaction.

Reading happens in short read transactions; whatever writes opens ``with writing():`` round the service call. On
SQLite that begins IMMEDIATE, because a transaction that has read cannot become a writing one once somebody else
committed. A write outside ``writing()`` raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import (
    JSON,
    URL,
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session, registry

#: Names every constraint, so that migrations can alter them on both databases.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)

#: Key and money columns: 64 bits on both databases (SQLite only auto-numbers INTEGER).
BigInt = BigInteger().with_variant(Integer, "sqlite")
#: JSON that both databases can look into.
Json = JSON().with_variant(JSONB, "postgresql")
#: Text compared and sorted by code point on both databases.
CodeText = Text().with_variant(Text(collation="C"), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database (SQLite keeps it naive)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_bases: dict[str, type[DeclarativeBase]] = {}


def model_base(plugin: str) -> type[Any]:
    """The declarative base of a plugin's models: its own registry over the shared metadata.

    A mapper that cannot resolve then stops only this plugin, not every query of the process.
    """
    base = _bases.get(plugin)
    if base is None:
        own = registry(metadata=metadata)
        base = type(f"{plugin.title()}Base", (DeclarativeBase,), {"registry": own, "__abstract__": True})
        _bases[plugin] = base
    return base


def dispose_models(plugin: str, prefix: str) -> None:
    """Take a broken plugin's mappers and tables out of the process."""
    base = _bases.pop(plugin, None)
    if base is not None:
        base.registry.dispose(cascade=True)
    for name in [name for name in metadata.tables if name.startswith(prefix)]:
        metadata.remove(metadata.tables[name])


class KezhiSession(FlaskSession):
    """Flask-SQLAlchemy's session; ``info['writing']`` says whether a write transaction is open."""

    def connection(self, *given: Any, **options: Any) -> Connection:
        """The connection of the open transaction: a page asks for it six times, and looks for it once."""
        open_one, kept = self.get_transaction(), self.info.get("connection")
        if given or options or open_one is None or kept is None or kept[0] is not open_one or not self.is_active:
            found = super().connection(*given, **options)
            kept = self.info["connection"] = self.get_transaction(), found
        return kept[1]


class Database(SQLAlchemy):
    """Flask-SQLAlchemy over the one engine of this process, whichever app serves."""

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        engine: Engine = app.config["KEZHI_ENGINE"]
        return engine


db = Database(
    model_class=type("KernelBase", (DeclarativeBase,), {"metadata": metadata, "__abstract__": True}),
    session_options={"class_": KezhiSession, "expire_on_commit": True, "autoflush": True},
    disable_autonaming=True,
)


def make_engine(url: URL) -> Engine:
    """An engine with the transaction rules of this product. SQLite: WAL, foreign keys, explicit BEGIN."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": 15})
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "checkin", _check_keys_again)
        return engine
    return create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=5, max_overflow=10)


def _configure_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=15000", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    options = connection.get_execution_options()
    write = options.get("kezhi_write")
    if options.get("kezhi_ddl"):  # a rebuilt table is dropped, which would delete what points at it
        connection.info["kezhi_unchecked"] = True
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    if write:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:  # a page begins three times, which waits for nobody: nothing need be prepared for it
        connection.connection.dbapi_connection.execute("BEGIN")


def _check_keys_again(connection: Any, record: Any) -> None:
    if record.info.pop("kezhi_unchecked", False):
        connection.execute("PRAGMA foreign_keys=ON")


@contextmanager
def writing(session: Session | None = None, *, ddl: bool = False) -> Iterator[Session]:
    """Open the write transaction of a request, command or job; commit at the end, roll back on any error.

    Whatever was read before is read again inside. Nested use joins the open transaction. Parsing, hashing, rendering
    and network work belong outside. ``ddl`` is for the life cycle: tables may be rebuilt in it.
    """
    opened: Session = session if session is not None else db.session()
    if opened.info.get("writing"):
        yield opened
        return
    opened.rollback()  # end the read transaction; on SQLite it could not become a writing one
    opened.info["writing"] = True
    opened.info["after_commit"], opened.info["before_commit"] = [], {}
    try:
        connection = opened.connection(execution_options={"kezhi_write": True, "kezhi_ddl": ddl})
        yield opened
        for step in list(opened.info["before_commit"]):
            step()
        if ddl and connection.dialect.name == "sqlite":
            bad = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if bad:
                raise RuntimeError(f"rows of {', '.join(sorted({row[0] for row in bad}))} point at rows that are gone")
        opened.commit()
    except BaseException:
        opened.rollback()
        raise
    finally:
        opened.info.pop("writing", None)
        callbacks = opened.info.pop("after_commit", [])
        opened.info.pop("audit", None)
        opened.info.pop("before_commit", None)
    for callback in callbacks:
        callback()


def end_reading() -> None:
    """End the read transaction, so that no snapshot or lock is held while the request does other work."""
    if not db.session.info.get("writing"):
        db.session.rollback()


def after_commit(callback: Callable[[], None]) -> None:
    """Call ``callback`` once the open write transaction has been committed."""
    db.session.info["after_commit"].append(callback)


def before_commit(step: Callable[[], None]) -> None:
    """Call ``step`` once at the end of the open write transaction, inside it, however often it is asked for."""
    db.session.info["before_commit"][step] = None


@event.listens_for(KezhiSession, "before_flush")
def _refuse_stray_flush(session: Session, _context: Any, _instances: Any) -> None:
    if not session.info.get("writing") and (session.new or session.dirty or session.deleted):
        changed = [obj for obj in session.dirty if session.is_modified(obj)]
        if session.new or session.deleted or changed:
            raise RuntimeError("a write outside writing(): open 'with writing():' round the service call")


@event.listens_for(KezhiSession, "do_orm_execute")
def _refuse_stray_statement(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and not state.session.info.get("writing"):
        raise RuntimeError("a write outside writing(): open 'with writing():' round the service call")
