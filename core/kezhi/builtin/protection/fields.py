"""Columns whose values are sealed in the database and plain in Python (CUS-11).

``Protected`` seals what is written and opens what is read; a select without the column opens nothing. What is stored in
the clear (from before, or under a recorded deviation) is read as it is. The database cannot search, sort or compare
such a column: exact look-ups go through a blind index (``blind``), equality in SQL through ``differ``.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from flask import current_app
from sqlalchemy import Column, ColumnElement, Table, Text, TypeDecorator, case, event, func, type_coerce
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.orm import object_session
from sqlalchemy.sql import operators
from sqlalchemy.sql.expression import literal_column

from kezhi import Json, Refused
from kezhi.i18n import _

from . import ring, sealed

log = logging.getLogger("kezhi.protection")

Kind = Literal["text", "date"]
SEAL, SEAL_VERSION = "seal", "seal_version"  #: columns of a table with protected ones: the row's token, the oldest key
NOTHING = -1  #: as ``seal_version``: nothing in this row is protected
_index: ContextVar[bytes | None] = ContextVar("kezhi_index_key", default=None)
PATIENCE = 5.0  #: seconds for which a process goes on with the key it knows as the one in force


UNREADABLE = "⚠⚠ "  #: what such a notice begins with; no value does


class Unstorable(Refused, DontWrapMixin):
    """What stands for a damaged value was to be stored in its place."""


class Unreadable(str):
    """Stands for a value that does not open: readable as a notice, never stored. ``name`` is that of the field."""

    name: str

    @classmethod
    def of(cls, name: str) -> Unreadable:
        found = cls(UNREADABLE + _("Cannot be read: damaged, or moved here from another record"))
        found.name = name
        return found


class Bound(str):
    """A text on its way into a protected column, with the name of its field and the token of its row."""

    __slots__ = ("name", "token")
    name: str
    token: str

    def __new__(cls, text: str, name: str, token: str) -> Bound:
        made = super().__new__(cls, text)
        made.name, made.token = name, token
        return made


@dataclass(frozen=True, slots=True)
class Writer:
    """What values are sealed with now."""

    version: int  #: of the key; 0 while fields are not sealed
    box: Any
    key_version: int
    index_key: bytes
    until: float


def writer() -> Writer:
    """The key in force for fields, asked of the database every few seconds. Errors: ``KeyProblem``."""
    kept: dict[str, Any] = current_app.extensions.setdefault("kezhi_fields", {})
    found: Writer | None = kept.get("writer")
    if found is None or found.until < time.monotonic():
        key = ring.active(ring.FIELDS)
        on = ring.is_on(ring.FIELDS)
        found = kept["writer"] = Writer(
            key.version if on else 0,
            sealed.cipher(key.secret),
            key.version,
            ring.index_key(),
            time.monotonic() + PATIENCE,
        )
    return found


def forget() -> None:
    """Ask the database anew: the ring has changed."""
    current_app.extensions.pop("kezhi_fields", None)


def blind(name: str, text: str) -> str:
    """The blind index of a normalised value (digits of a phone, folded e-mail): equal for equal texts of one ``name``.

    Empty for the empty text. It stays when the keys of fields alone are rotated, and is made under a deviation too. To
    look something up use ``blinds``.
    """
    return sealed.blind(_index.get() or writer().index_key, name, text) if text else ""


def blinds(name: str, text: str) -> list[str]:
    """All blind indexes that a stored value may have, while the index key is rotated too; what a look-up asks for."""
    return [sealed.blind(each.secret, name, text) for each in ring.index_keys()] if text else []


@contextmanager
def indexed_by(secret: bytes) -> Iterator[None]:
    """``blind`` as with another index key, to know again what was made with it."""
    before = _index.set(secret)
    try:
        yield
    finally:
        _index.reset(before)


def seal(name: str, token: str, text: str, *, always: bool = False) -> str:
    """``text`` as it is stored in a field: sealed, unless fields are not sealed now and ``always`` is not said."""
    if not text:
        return text
    if text.startswith(UNREADABLE):
        raise Unstorable(_("What cannot be read is not stored: write the right value in its place."))
    using = writer()
    if not using.version and not always and not sealed.is_sealed(text):
        return text
    return sealed.seal(using.box, using.key_version, using.index_key, name, token or sealed.UNBOUND, text)


def unseal(name: str, stored: str, token: str | None = None) -> str:
    """What a stored text says. ``token``: of the row that it must belong to. ``Unreadable`` when it does not open.

    Errors: ``KeyProblem`` for a key file that is not the right one.
    """
    if not sealed.is_sealed(stored):
        return stored
    try:
        if token and sealed.token_of(stored) != token:
            raise sealed.Damaged(name)
        return sealed.unseal(_box(sealed.version_of(stored)), name, stored)
    except sealed.Damaged:
        log.error("a value of %s does not open: it was changed, or moved from another row", name)
        return Unreadable.of(name)


def _box(version: int) -> Any:
    kept: dict[int, Any] = current_app.extensions.setdefault("kezhi_field_boxes", {})
    found = kept.get(version)
    if found is None:
        secret = ring.key(ring.FIELDS, version)
        found = kept[version] = sealed.cipher(secret)
    return found


class Protected(TypeDecorator[Any]):
    """A text (or date) that is sealed in the database. ``name`` is that of the field, for ever: it is authenticated.

    ``row`` names the column with the token of the row (empty: values are not bound to a row). In a history of many
    fields ``name_from`` names the column that says which field a value is of, and ``name`` is what stands before it.
    """

    impl = Text
    cache_ok = True
    is_sealed = True  #: asked by who would put values elsewhere, such as the search

    def __init__(self, name: str, *, row: str = SEAL, kind: Kind = "text", name_from: str = "") -> None:
        super().__init__()
        self.name, self.row, self.kind, self.name_from = name, row, kind, name_from

    class Comparator(TypeDecorator.Comparator[Any]):
        """Refuses what would compare sealed texts."""

        def operate(self, op: Any, *other: Any, **options: Any) -> Any:
            allowed = op in (operators.eq, operators.ne) and (
                (isinstance(other[0], str) and other[0] == "")
                # how the library finds a column again in its own tables
                or (isinstance(other[0], ColumnElement) and hash(other[0]) == hash(self.expr))
            )
            if not allowed and op not in (operators.is_, operators.is_not, operators.concat_op):
                raise TypeError(f"{self.expr}: sealed values cannot be compared or sorted; use a blind index")
            return super().operate(op, *other, **options)

        def reverse_operate(self, op: Any, *other: Any, **options: Any) -> Any:
            return self.operate(op, *other, **options)

    comparator_factory = Comparator

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        return Text()

    def column_expression(self, column: Any) -> Any:
        """What opens a value comes along with it: the token of its row, or the field that it is of."""
        beside = self.name_from or self.row
        if not beside:
            return column
        table = getattr(column, "table", None)
        other = getattr(table, "c", {}).get(beside) if table is not None else None
        if other is None:  # of a computed value, or of a subselect that left it out
            return type_coerce(column, Protected(self.name, row="", kind=self.kind))
        raw = type_coerce(column, Text())
        mark = literal_column("'|'", Text())
        return type_coerce(raw.concat(mark).concat(func.coalesce(type_coerce(other, Text()), "")), self)

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        if value is None or value == "":
            return value
        if isinstance(value, Bound):
            return seal(value.name, value.token, str(value))
        text = value.isoformat() if isinstance(value, date) else str(value)
        if self.name_from:
            return text  # of a field that is not protected
        if self.row:
            raise TypeError(f"a value of {self.name} is bound to its row: wrap it by protection.fields.bind")
        return seal(self.name, "", text)

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        if value is None:
            return None
        beside = ""
        if self.name_from or self.row:
            value, _mark, beside = value.rpartition("|")
        if self.name_from:
            text = unseal(f"{self.name}{beside}", value)
        else:
            text = unseal(self.name, value, beside)
        if self.kind == "date" and not isinstance(text, Unreadable):
            return date.fromisoformat(text) if text else None
        return text


class ProtectedJson(TypeDecorator[Any]):
    """A JSON value that is sealed as a whole, as a text inside JSON. Not bound to a row."""

    impl = Json
    cache_ok = True

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        import json

        return None if value is None else seal(self.name, "", json.dumps(value, ensure_ascii=False)) or value

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        import json

        if not isinstance(value, str):
            return value  # from before
        text = unseal(self.name, value)
        return None if isinstance(text, Unreadable) else json.loads(text)


# ── rows ────────────────────────────────────────────────────────────────────────────────────────────────────────


def protected(table: Table) -> dict[str, Protected]:
    """The protected columns of a table with their types."""
    found: dict[str, Protected] | None = table.info.get("kezhi_protected")
    if found is None:
        found = {column.name: column.type for column in table.c if isinstance(column.type, Protected)}
        table.info["kezhi_protected"] = found
    return found


def bind(table: Table, token: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` of one row on their way into a table: what is protected is wrapped with the token of the row."""
    types = protected(table)
    return {key: _wrapped(types[key], token, value) if key in types else value for key, value in values.items()}


def named(name: str, token: str, value: str) -> str:
    """A value of the field ``name`` on its way into a history of many fields."""
    return Bound(value, name, token) if value else value


def _wrapped(kind: Protected, token: str, value: Any) -> Any:
    if value is None or value == "" or isinstance(value, Bound):
        return value
    return Bound(value.isoformat() if isinstance(value, date) else str(value), kind.name, token)


def oldest(version: int | None) -> int | None:
    """The ``seal_version`` of a row that had ``version`` and gets values now: never higher than before."""
    now = writer().version
    return None if version is None else min(version, now) if version >= 0 else now


def guard(model: Any) -> None:
    """Let the session bind what is protected in ``model`` to its row, and note the key. Called once per model."""
    event.listen(model, "before_insert", _before_insert)
    event.listen(model, "before_update", _before_update)


def _before_insert(mapper: Any, _connection: Any, target: Any) -> None:
    if not target.seal:
        target.seal = sealed.new_token()
    target.seal_version = writer().version
    _bind_all(mapper, target, every=True)


def _before_update(mapper: Any, _connection: Any, target: Any) -> None:
    session = object_session(target)
    if session is None or not session.is_modified(target):
        return
    if not target.seal:
        target.seal = sealed.new_token()
    target.seal_version = oldest(target.seal_version)
    _bind_all(mapper, target, every=False)


def _bind_all(mapper: Any, target: Any, *, every: bool) -> None:
    from sqlalchemy import inspect

    state = inspect(target)
    for key, kind in protected(mapper.local_table).items():
        if every or state.attrs[key].history.has_changes():
            value = getattr(target, key)
            if isinstance(value, str | date) and value:
                setattr(target, key, _wrapped(kind, target.seal, value))


# ── in SQL ──────────────────────────────────────────────────────────────────────────────────────────────────────


def raw(expression: Any) -> ColumnElement[Any]:
    """A protected column as the text that is stored."""
    return type_coerce(expression, Text())


def digest_of(expression: Any) -> ColumnElement[Any]:
    """What is equal for equal values of one field; a text in the clear is its own."""
    text = raw(expression)
    digest = func.substr(text, sealed.DIGEST_AT + 1, sealed.TOKEN)
    return case((func.substr(text, 1, len(sealed.PREFIX)) == sealed.PREFIX, digest), else_=text)


def differ(one: Any, other: Any) -> ColumnElement[bool]:
    """Whether two values of one field are different; NULL is a value of its own."""
    return digest_of(one).is_distinct_from(digest_of(other))


def is_protected(column: Column[Any] | ColumnElement[Any]) -> bool:
    """Whether values of a column are sealed."""
    return isinstance(column.type, Protected)
