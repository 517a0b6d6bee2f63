"""Bringing the protected values of tables under the key in force, batch by batch: after an upgrade and a rotation."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, Text, and_, bindparam, cast, func, or_, select, type_coerce, update

from kezhi import Json, db, writing

from .. import fields, ring, sealed
from ..contributions import CLEAR, KeyUse
from ..fields import NOTHING, SEAL, SEAL_VERSION, Protected, ProtectedJson, Unreadable

BATCH = 300  #: rows per transaction

Opened = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table with protected columns and a ``seal_version``.

    ``keys(opened)`` gives the blind indexes of a row from its opened values, for rows that were stored before there
    were any. ``images`` are JSON columns with sealed texts in them: each with what says, from the row, by which name
    the text of a key is sealed; ``derived(row, opened)`` are the blind indexes that belong beside them in the image.
    ``follow(rows)`` gives the columns ``extra``, as text, of a batch of rows anew: what was made with the index key and
    cannot be opened.
    """

    table: Table
    keys: Callable[[Opened], Mapping[str, str]] | None = None
    images: Mapping[str, Callable[[Any, str], str]] | None = None
    derived: Callable[[Any, Mapping[str, str]], Mapping[str, str]] | None = None
    extra: Sequence[str] = ()
    follow: Callable[[Sequence[Mapping[str, Any]]], Sequence[Mapping[str, Any]]] | None = None


def key_use(key: str, title: Any, tables: Callable[[], Sequence[SealedTable]]) -> KeyUse:
    """The declaration for the key ring (``register_key_uses``) of the protected columns of some tables."""
    return KeyUse(key, title, ring.FIELDS, lambda: count(tables()), lambda version: renew(tables(), version), tables)


def count(tables: Sequence[SealedTable]) -> dict[int, int]:
    """Rows by the version of the oldest key that they need; ``CLEAR`` for rows that hold something in the clear."""
    found: dict[int, int] = {}
    for each in tables:
        version = each.table.c[SEAL_VERSION]
        statement = select(version, func.count()).where(or_(version.is_(None), version != NOTHING)).group_by(version)
        for stored, rows in db.session.connection().execute(statement):
            found[stored or CLEAR] = found.get(stored or CLEAR, 0) + rows
    return found


def renew(tables: Sequence[SealedTable], version: int) -> int:
    """Bring a batch of rows under ``version``; 0 when nothing waits. What is in the clear stays so while it is off."""
    for each in tables:
        with writing():
            done = _renew(each, version)
        if done:
            return done
    return 0


def has_under(tables: Sequence[SealedTable], version: int) -> bool:
    """Whether a row is under an older key than ``version``: a stretch of an index per table."""
    for each in tables:
        present = each.table.c[SEAL_VERSION]
        older = select(present).where(present > CLEAR, present < version).limit(1)
        if db.session.connection().execute(older).first() is not None:
            return True
    return False


def misplaced(tables: Sequence[SealedTable], limit: int = 20) -> list[tuple[str, Any]]:
    """Table and key of rows with a value that was sealed for another row: one statement per table."""
    found: list[tuple[str, Any]] = []
    for each in tables:
        table = each.table
        if SEAL not in table.c:
            continue
        foreign = [
            and_(
                func.substr(fields.raw(column), 1, len(sealed.PREFIX)) == sealed.PREFIX,
                func.substr(fields.raw(column), sealed.TOKEN_AT + 1, sealed.TOKEN) != func.coalesce(table.c[SEAL], ""),
            )
            for column in table.c
            if isinstance(column.type, Protected) and column.type.row
        ]
        key = next(iter(table.primary_key))
        statement = select(key).where(or_(*foreign)).order_by(key).limit(limit)
        found += [(table.name, row[0]) for row in db.session.connection().execute(statement)]
    return found


def _renew(each: SealedTable, version: int) -> int:
    table, present = each.table, each.table.c[SEAL_VERSION]
    waits = and_(present != version, present != NOTHING)
    if not ring.is_on(ring.FIELDS):
        waits = and_(waits, present != CLEAR)
    keys = list(table.primary_key)
    columns = [column for column in table.c if isinstance(column.type, Protected | ProtectedJson)]
    images = [table.c[name] for name in each.images or {}]
    asked = [type_coerce(column, Text()).label(column.name) if isinstance(column.type, Protected)
             else type_coerce(column, Json).label(column.name) for column in columns]  # fmt: skip
    wanted = {SEAL, SEAL_VERSION, "field", "part", "batch_id"}
    beside: list[Any] = [column for column in table.c if column.name in wanted]
    beside += [cast(table.c[name], Text()).label(name) for name in each.extra]
    names = dict.fromkeys([*keys, *beside])
    found: list[Any] = []
    for condition in (present.is_(None), waits):  # each of them is a stretch of the index
        statement = select(*names, *asked, *images).where(condition).limit(BATCH).with_for_update()
        found = list(db.session.connection().execute(statement).mappings())
        if found:
            break
    if not found:
        return 0
    fields.forget()
    changed = [_changed(each, dict(row), columns) for row in found]
    if each.follow is not None:
        changed = [one | dict(more) for one, more in zip(changed, each.follow(found), strict=True)]
    where = [key == bindparam(f"its_{key.name}") for key in keys]
    raw = {name: _written(table.c[name], name in each.extra) for name in changed[0]}
    rows = [
        {f"its_{key.name}": row[key.name] for key in keys} | {f"to_{name}": value for name, value in values.items()}
        for row, values in zip(found, changed, strict=True)
    ]
    db.session.connection().execute(update(table).where(*where).values(raw), rows)
    return len(found)


def _written(column: Any, as_text: bool) -> Any:
    """A new value on its way into its column; JSON as text keeps its form, by which SQLite compares it."""
    value: Any = bindparam(f"to_{column.name}")
    if not as_text:
        return type_coerce(value, _stored_type(column))
    text = type_coerce(value, Text())
    return cast(text, column.type) if db.session.get_bind().dialect.name == "postgresql" else text


def _stored_type(column: Any) -> Any:
    kind = column.type
    return Text() if isinstance(kind, Protected) else Json if isinstance(kind, ProtectedJson) else kind


def _changed(each: SealedTable, row: dict[str, Any], columns: Sequence[Any]) -> dict[str, Any]:
    """What a row holds from now on."""
    token = row.get(SEAL) or (sealed.new_token() if SEAL in each.table.c else "")
    anew, opened, clear = dict[str, Any](), dict[str, Any](), False
    for column in columns:
        name, stored = column.name, row[column.name]
        if isinstance(column.type, ProtectedJson):
            text = stored if isinstance(stored, str) else json.dumps(stored, ensure_ascii=False)
            made = _sealed_anew(column.type.name, "", text)
            anew[name] = made if sealed.is_sealed(made) else stored
            clear = clear or not sealed.is_sealed(made)
            continue
        field = f"{column.type.name}{row['field']}" if column.type.name_from else column.type.name
        if not stored or (column.type.name_from and not _is_protected(each, row)):
            anew[name] = stored
            continue
        mine = token if column.type.row else sealed.token_of(stored) if sealed.is_sealed(stored) else ""
        anew[name] = _sealed_anew(field, mine, stored)
        clear = clear or not sealed.is_sealed(anew[name])
        opened[name] = fields.unseal(field, anew[name])
    for name, named in (each.images or {}).items():
        image, inside = dict(row[name] or {}), dict[str, str]()
        for key, text in image.items():
            if isinstance(text, str) and sealed.is_sealed(text):
                image[key] = _sealed_anew(named(row, key), sealed.token_of(text), text)
                inside[key] = fields.unseal(named(row, key), image[key])
        if each.derived is not None:
            image |= each.derived(row, inside)
        if SEAL_VERSION in image:
            image[SEAL_VERSION] = fields.writer().version
        anew[name] = image if row[name] is not None else None
    if SEAL in each.table.c:
        anew[SEAL] = token
    if each.keys is not None:
        anew |= each.keys({column.name: "" for column in columns} | opened)
    nothing = not opened and "field" in row and not _is_protected(each, row)
    anew[SEAL_VERSION] = NOTHING if nothing else CLEAR if clear else fields.writer().key_version
    return anew


def _sealed_anew(name: str, token: str, stored: str) -> str:
    """A stored text under the key in force; in the clear it stays so while fields are not sealed."""
    was_sealed = sealed.is_sealed(stored)
    text = fields.unseal(name, stored)
    if isinstance(text, Unreadable):
        return stored  # nobody can read it; what it was stays to be looked into
    return fields.seal(name, token, text, always=was_sealed)


def _is_protected(each: SealedTable, row: Mapping[str, Any]) -> bool:
    known: frozenset[str] = each.table.info.get("kezhi_protected_names", frozenset())
    return row["field"] in known
