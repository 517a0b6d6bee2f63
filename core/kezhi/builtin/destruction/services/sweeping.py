"""The last look: every text of every table, for what leads back to a customer that no place and no link has reached.

A name in the title of an approval, in the address of a saved view, in the sentence of a notice: it is crossed out where
it stands and the row stays. Left alone are the audit chain (which holds ids), our own people, and what belongs to other
customers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import Table, UniqueConstraint, case, cast, func, inspect, or_, type_coerce, update
from sqlalchemy import Text as SqlText
from sqlalchemy.sql import sqltypes

from kezhi import announce, db
from kezhi.db import metadata
from kezhi.record_links import links_to

from ..contributions import Subject
from .places import TARGET, places

CROSSED = "████"  #: what stands in place of a name
#: the chain is never rewritten; accounts are our own people; keys are no texts
APART = ("kezhi_audit", "accounts_", "destruction_", "alembic_", "customers_list", "files_key", "protection_")


@dataclass(frozen=True, slots=True)
class Field:
    """A column with texts, and whether they stand in JSON."""

    column: Any
    is_json: bool


def layout() -> list[tuple[Table, list[Field], Any]]:
    """The tables that are looked through, their columns with texts, and which of their rows are meant (None: all)."""
    owned: dict[str, list[str]] = {}
    for stored in links_to(TARGET):
        owned.setdefault(stored.table.name, []).append(stored.link.column)
    covered = {name for _plugin, place in places() for name in place.covers}
    there = set(inspect(db.session.connection()).get_table_names())  # apps that were never enabled have no tables
    found = []
    for table in sorted(metadata.tables.values(), key=lambda each: each.name):
        if table.name not in there or table.name.startswith(APART) or table.name in covered or table.name == TARGET:
            continue
        fields = [Field(column, isinstance(column.type, sqltypes.JSON)) for column in _texts_of(table)]
        if not fields:
            continue
        of_nobody = [table.c[name].is_(None) for name in owned.get(table.name, []) if table.c[name].nullable]
        if table.name in owned and not of_nobody:
            continue  # every row belongs to a customer: links have dealt with them
        found.append((table, fields, of_nobody[0] if of_nobody else None))
    return found


def _texts_of(table: Table) -> list[Any]:
    unique = {
        column.name for rule in table.constraints if isinstance(rule, UniqueConstraint) for column in rule.columns
    }
    unique |= {column.name for index in table.indexes if index.unique for column in index.columns}
    return [
        column
        for column in table.c
        if isinstance(column.type, sqltypes.String | sqltypes.JSON)
        and not column.primary_key
        and not column.foreign_keys
        and column.name not in unique
    ]


def cross_out(subject: Subject, tables: list[tuple[Table, list[Field], Any]]) -> dict[str, int]:
    """Cross out what leads back; answers the rows changed, by table. One statement per table."""
    counts = {}
    if not (subject.traces or subject.whole):
        return {}
    for table, fields, rows in tables:
        values, hits = {}, []
        for field in fields:
            values[field.column.name], hit = _crossed(field, subject)
            hits += hit
        statement = update(table).where(or_(*hits)).values(_as_given(values, fields))
        if rows is not None:
            statement = statement.where(rows)
        key = next(iter(table.primary_key))
        found = list(db.session.connection().execute(statement.returning(key)).scalars())
        if found:
            counts[table.name] = len(found)
            _tell(table, found)
    return counts


def _tell(table: Table, keys: list[Any]) -> None:
    """Apps follow what changed: the search forgets the name."""
    models = {model.__tablename__: model for model in current_app.extensions["kezhi"].call.register_models()}
    model = models.get(table.name)
    if model is not None and len(table.primary_key) == 1:
        announce(model, "update", keys)


def _crossed(field: Field, subject: Subject) -> tuple[Any, list[Any]]:
    """The column with its texts crossed out, and the conditions under which it holds one."""
    text = cast(field.column, SqlText()) if field.is_json else field.column
    # the bare text of a JSON column, as it lies there
    plain: Any = type_coerce(text, SqlText())
    value: Any = plain
    hits: list[Any] = []
    for trace in subject.traces:
        for form in _forms(trace, field.is_json):
            hits.append(_position(plain, form) > 0)
            value = func.replace(value, form, _mark(field.is_json))
    for trace in subject.whole:
        if field.is_json:
            for form in _forms(trace, True):
                quoted = f'"{form}"'
                hits.append(_position(plain, quoted) > 0)
                value = func.replace(value, quoted, f'"{_mark(True)}"')
        else:
            hits.append(plain == trace)
            value = case((plain == trace, CROSSED), else_=value)
    return value, hits


def _forms(text: str, is_json: bool) -> list[str]:
    """A text as it lies in the database: in JSON it is quoted, in SQLite's with its characters written out."""
    if not is_json:
        return [text]
    return list(dict.fromkeys([json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]]))


def _mark(is_json: bool) -> str:
    return json.dumps(CROSSED)[1:-1] if is_json and not _is_postgresql() else CROSSED


def _position(text: Any, part: str) -> Any:
    return func.strpos(text, part) if _is_postgresql() else func.instr(text, part)


def _as_given(values: Mapping[str, Any], fields: list[Field]) -> dict[str, Any]:
    """Values as their columns want them: of PostgreSQL's JSON the text is read as JSON again."""
    if not _is_postgresql():
        return dict(values)
    return {
        field.column.name: cast(values[field.column.name], field.column.type) if field.is_json
        else values[field.column.name]
        for field in fields
    }  # fmt: skip


def _is_postgresql() -> bool:
    return bool(db.session.get_bind().dialect.name == "postgresql")
