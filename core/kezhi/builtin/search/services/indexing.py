"""Reading the texts of records and writing their tokens. Everything that writes expects an open ``writing()``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from flask import current_app
from sqlalchemy import ColumnClause, ColumnElement, TextClause, bindparam, delete, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.visitors import iterate

from kezhi import db

from ..contributions import SearchKind
from ..models import Pending, Token
from ..tokens import tokens_of

#: The index knows every record, whoever acts.
UNSCOPED = {"kezhi_unscoped": True}
token, pending = Token.__table__, Pending.__table__
STORED = select(token).where(token.c.kind == bindparam("kind"), token.c.record_id.in_(bindparam("ids", expanding=True)))
MISSING: dict[str, Any] = {
    name: dialect.insert(token).on_conflict_do_nothing()
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}

Texts = tuple[tuple[str, ...], tuple[str, ...]]  #: codes, names


def texts_of(kind: SearchKind, ids: Collection[int], *, lock: bool = False) -> dict[int, Texts]:
    """What the records are searched by. ``lock`` lets nobody change them before the transaction ends."""
    memo = current_app.extensions["kezhi"].host.memo
    statement = memo.get(("search", "texts", kind.key))
    if statement is None:  # made once: every save of a record asks it
        wanted = kind.record_id.in_(bindparam("ids", expanding=True))
        statement = memo["search", "texts", kind.key] = select(kind.record_id, *kind.codes, *kind.names).where(wanted)
    if lock:
        statement = statement.with_for_update(read=True)
    count = 1 + len(kind.codes)
    db.session.flush()
    rows = db.session.connection().execute(statement, {"ids": list(ids)}).all()
    return {row[0]: (_plain(row[1:count]), _plain(row[count:])) for row in rows}


def columns_read(kind: SearchKind) -> frozenset[str] | None:
    """The columns of its own table that a kind's texts are made from; None when other tables have a say in them."""
    memo = current_app.extensions["kezhi"].host.memo
    key = ("search", "columns", kind.key)
    if key not in memo:  # found out once: kinds go with their app, and with it the host is made anew
        parts = [part for text in (*kind.codes, *kind.names) for part in iterate(_plain_element(text))]
        columns = [part for part in parts if isinstance(part, ColumnClause)]
        own = all(part.table is kind.model.__table__ for part in columns)  # type: ignore[attr-defined]
        written_out = any(isinstance(part, TextClause) for part in parts)
        memo[key] = frozenset(part.name for part in columns) if own and not written_out else None
    found: frozenset[str] | None = memo[key]
    return found


def _plain_element(text: Any) -> Any:
    """A mapped attribute as a part of a statement, of the table and not of the class."""
    return getattr(text, "__clause_element__", lambda: text)()._deannotate()


def tokens_by_record(texts: Mapping[int, Texts]) -> dict[int, dict[str, int]]:
    """The tokens of each record with their places."""
    return {record: tokens_of(codes, names) for record, (codes, names) in texts.items()}


def write_tokens(kind: str, wanted: Mapping[int, Mapping[str, int]], *, new: bool = False) -> int:
    """Make the tokens of these records what they are to be; returns how many came or went. ``new`` ones have none."""
    rows_kept = [] if new else db.session.connection().execute(STORED, {"kind": kind, "ids": list(wanted)}).all()
    stored = {(row.record_id, row.place, row.token) for row in rows_kept}
    all_wanted = {(record, place, text) for record, found in wanted.items() for text, place in found.items()}
    gone, added = stored - all_wanted, sorted(all_wanted - stored)
    texts: dict[int, list[str]] = {}
    for record, _place, text in sorted(gone):
        texts.setdefault(record, []).append(text)
    emptied = [record for record in texts if not wanted[record]]
    if emptied:  # records that are gone, perhaps very many at once
        db.session.execute(delete(token).where(token.c.kind == kind, token.c.record_id.in_(emptied)))
    for record, theirs in texts.items():
        if not wanted[record]:
            continue
        these = (token.c.kind == kind, token.c.record_id == record, token.c.token.in_(theirs))
        db.session.execute(delete(token).where(*these))
    if added:
        rows = [{"kind": kind, "record_id": record, "place": place, "token": text} for record, place, text in added]
        connection = db.session.connection()
        connection.execute(MISSING[connection.dialect.name], rows)
    return len(gone) + len(added)


def put_off(kind: SearchKind, records: Any) -> None:
    """Note the records of a select of ids, set-based; a job takes them up."""
    ids = records.subquery()
    rows = select(literal(kind.key), ids.c[0]).where(ids.c[0].is_not(None))
    db.session.execute(insert_missing(pending).from_select(["kind", "record_id"], rows))


def drop_lost(kind: SearchKind) -> None:
    """Remove the tokens of records that are gone."""
    there = select(kind.record_id).where(kind.record_id == token.c.record_id).exists()
    statement = delete(token).where(token.c.kind == kind.key, ~there)
    db.session.execute(statement, execution_options={**UNSCOPED, "synchronize_session": False})


def insert_missing(table: Any) -> Any:
    """An INSERT that leaves rows alone which are there."""
    dialect: Any = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table).on_conflict_do_nothing()


def in_range(column: Any, word: str, end: str) -> ColumnElement[bool]:
    """``column`` begins with ``word``: a stretch of its index."""
    found: ColumnElement[bool] = (column >= word) & (column < end)
    return found


def _plain(values: Iterable[Any]) -> tuple[str, ...]:
    """The texts in the values of columns; a text per language is several."""
    found: list[str] = []
    for value in values:
        found += [str(each) for each in (value.values() if isinstance(value, dict) else [value]) if each]
    return tuple(found)
