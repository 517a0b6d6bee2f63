"""The last look: every text of every table, for what leads back to a customer that no place and no link has reached.

A name in the title of an approval, in the address of a saved view, in the sentence of a notice: it is crossed out where
it stands and the row stays. Left alone are the audit chain (which holds ids), our own people, and what belongs to other
customers.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import Table, UniqueConstraint, bindparam, cast, func, inspect, or_, select, tuple_, type_coerce, update
from sqlalchemy import Text as SqlText
from sqlalchemy.sql import sqltypes

from kezhi import announce, db
from kezhi.builtin.apps.record_links import links_to
from kezhi.db import metadata

from ..contributions import Subject
from .places import TARGET, places
from .wording import Wording, forms

#: texts that the database itself looks for; of a customer with more of them every row is looked at here instead, as a
#: statement with hundreds of texts is longer than a database takes, and a look here costs the same for any number
MOST_IN_SQL = 40
CHUNK = 500  #: rows that are changed at once
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
    """Cross out what leads back; answers the rows changed, by table.

    One statement per table, and two per 500 rows that hold something; the number of texts does not matter.
    """
    counts = dict[str, int]()
    wording = Wording(subject.traces, subject.whole)
    if not wording:
        return counts
    for table, fields, rows in tables:
        keys = _holding(table, fields, rows, wording)
        changed = [
            key for at in range(0, len(keys), CHUNK) for key in _cross(table, fields, keys[at : at + CHUNK], wording)
        ]
        if changed:
            counts[table.name] = len(changed)
            _tell(table, changed)
    return counts


def _tell(table: Table, keys: list[tuple[Any, ...]]) -> None:
    """Apps follow what changed: the search forgets the name."""
    models = {model.__tablename__: model for model in current_app.extensions["kezhi"].call.register_models()}
    model = models.get(table.name)
    if model is not None and len(table.primary_key) == 1:
        announce(model, "update", [key[0] for key in keys])


def _holding(table: Table, fields: list[Field], rows: Any, wording: Wording) -> list[tuple[Any, ...]]:
    """The keys of the rows that hold one of the texts."""
    key = list(table.primary_key)
    statement = select(*key) if rows is None else select(*key).where(rows)
    connection = db.session.connection()
    if len(wording) <= MOST_IN_SQL:
        hits = [hit for field in fields for hit in _hits(field, wording)]
        return [tuple(row) for row in connection.execute(statement.where(or_(*hits)))]
    asked = statement.add_columns(*(_text(field) for field in fields)).execution_options(yield_per=2_000)
    found = []
    for row in connection.execute(asked):
        texts = zip(fields, row[len(key) :], strict=True)
        if any(text and wording.is_in(text, field.is_json) for field, text in texts):
            found.append(tuple(row[: len(key)]))
    return found


def _hits(field: Field, wording: Wording) -> list[Any]:
    text = _text(field)
    hits = [_position(text, form) > 0 for trace in wording.traces for form in forms(trace, field.is_json)]
    for trace in wording.whole:
        if field.is_json:
            hits += [_position(text, f'"{form}"') > 0 for form in forms(trace, True)]
        else:
            hits.append(text == trace)
    return hits


def _cross(table: Table, fields: list[Field], keys: list[Any], wording: Wording) -> list[tuple[Any, ...]]:
    """Cross out in these rows, as they are now and nobody else changes them; the keys of those that changed."""
    key = list(table.primary_key)
    chosen = key[0].in_([each[0] for each in keys]) if len(key) == 1 else tuple_(*key).in_(keys)
    statement = select(*key, *(_text(field) for field in fields)).where(chosen).with_for_update()
    together: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    changed = []
    for row in db.session.connection().execute(statement).all():
        its, values = tuple(row[: len(key)]), dict[str, Any]()
        for field, text in zip(fields, row[len(key) :], strict=True):
            if text and wording.is_in(text, field.is_json):
                before = json.loads(text) if field.is_json else text
                after = wording.crossed(before)
                if after != before:
                    values[field.column.name] = after
        if values:
            changed.append(its)
            together[tuple(sorted(values))].append(
                {f"its_{column.name}": each for column, each in zip(key, its, strict=True)}
                | {f"to_{name}": value for name, value in values.items()}
            )
    for names, these in together.items():
        new = {name: bindparam(f"to_{name}", type_=table.c[name].type) for name in names}
        where = [column == bindparam(f"its_{column.name}") for column in key]
        db.session.connection().execute(update(table).where(*where).values(new), these)
    return changed


def _text(field: Field) -> Any:
    """The bare text of a column; a JSON value as it lies there."""
    return type_coerce(cast(field.column, SqlText()) if field.is_json else field.column, SqlText())


def _position(text: Any, part: str) -> Any:
    return func.strpos(text, part) if _is_postgresql() else func.instr(text, part)


def _is_postgresql() -> bool:
    return bool(db.session.get_bind().dialect.name == "postgresql")
