"""What imports keep sealed, for the job that brings it under the key in force."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Text, select, type_coerce

from kezhi import Refused, db
from kezhi.db import metadata
from kezhi.i18n import _

from ...protection import fields, ring, sealed
from ...protection.services import indexes_wait, uses
from ...protection.services.resealing import SealedTable
from ..contributions import Importer, ImportField
from ..models import Batch, Kept, Problem, Row
from .kinds import importers_of


def sealed_tables() -> list[SealedTable]:
    """Staged rows, problems that quote values, and what imports replaced."""
    return [
        SealedTable(Row.__table__, images={"data": _field_name}, derived=_blind_indexes),
        SealedTable(Problem.__table__),
        SealedTable(Kept.__table__, images={"before": _column_name}, extra=("after",), follow=_compared),
    ]


def refuse_while_indexes_wait(importer: Importer) -> None:
    """Errors: ``Refused`` while equal values need not have equal digests: rows would be taken for others."""
    if any(each.protect for each in importer.fields) and indexes_wait():
        raise Refused(waiting_text())


def waiting_text() -> str:
    """Why an import or its revert has to wait."""
    return str(
        _("Encrypted fields are being brought under a new index key at present. Try again when that is done: the page "
          "“Protection” shows how far it is.")
    )  # fmt: skip


def _fields(row: Any) -> Sequence[ImportField]:
    importer = importers_of().get(db.session.get_one(Batch, row["batch_id"]).kind)
    return importer.fields if importer is not None else ()


def _field_name(row: Any, key: str) -> str:
    return next((each.protect for each in _fields(row) if each.key == key), "")


def _blind_indexes(row: Any, opened: Mapping[str, str]) -> dict[str, str]:
    """The keys by which a staged row is matched, from its opened values."""
    found: dict[str, str] = {}
    for each in _fields(row):
        if each.index is not None and each.key in opened:
            found |= each.index(opened[each.key])
    return found


def _column_name(row: Any, key: str) -> str:
    kind: Any = metadata.tables[row["part"]].c[key].type
    return str(kind.name)


# ── what is known by its digest ─────────────────────────────────────────────────────────────────────────────────


def _compared(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """``after``, which holds digests and blind indexes of what the import left, with those of the index key in force.

    A digest cannot be opened. But whether the record is still as the import left it is all that is asked of it: where
    the record's value has that digest under an older key, it gets the one under the new key. Another one stays, and is
    unlike the record's as before. One statement per table.
    """
    known = {each.table.name: each for use in uses(ring.FIELDS) for each in use.tables()}
    present: dict[str, dict[tuple[Any, ...], dict[str, str]]] = {}
    for part in {row["part"] for row in rows} & set(known):
        present[part] = _present(known[part].table, [row for row in rows if row["part"] == part])
    found = []
    for row in rows:
        text, opened = row["after"], present.get(row["part"], {}).get((row["key"], row["key2"]))
        after = json.loads(text) if text else None
        if isinstance(after, dict) and opened is not None:
            for former, new in _made_anew(known[row["part"]], after, opened):
                text = text.replace(f'"{former}"', f'"{new}"')  # nothing else of the text may change
        found.append({"after": text})
    return found


def _present(table: Any, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[Any, ...], dict[str, str]]:
    """The opened protected values of the records that the journal's rows are about."""
    columns = fields.protected(table)
    keys = list(table.primary_key)
    raw = [type_coerce(table.c[name], Text()).label(name) for name in columns]
    asked = select(*keys, *raw).where(keys[0].in_([row["key"] for row in rows]))
    found = {}
    for record in db.session.connection().execute(asked):
        opened = {
            name: fields.unseal(kind.name, record._mapping[name] or "")
            for name, kind in columns.items()
        }  # fmt: skip
        found[record[0], record[1] if len(keys) > 1 else 0] = opened
    return found


def _made_anew(each: SealedTable, after: Mapping[str, Any], opened: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Former digests and blind indexes in ``after`` with what takes their place."""
    newest, *older = ring.index_keys()
    for name, kind in fields.protected(each.table).items():
        text = opened[name]
        if text and after.get(name) in {sealed.digest(key.secret, kind.name, text) for key in older}:
            yield after[name], sealed.digest(newest.secret, kind.name, text)
    if each.keys is None:
        return
    with fields.indexed_by(newest.secret):
        wanted = each.keys(opened)
    for key in older:
        with fields.indexed_by(key.secret):
            former = each.keys(opened)
        yield from ((text, wanted[name]) for name, text in former.items() if text and after.get(name) == text)
