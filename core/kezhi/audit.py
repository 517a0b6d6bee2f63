"""The audit chain: one append-only, keyed hash chain over everything that took effect.

Entries collect in the session and are written as the last statements before the commit, head locked last. Each hash is
``HMAC-SHA256(audit key, previous hash + canonical entry)``. Payloads hold ids, counts and digests, no personal data:
those stand in tables that can be erased.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session

from . import clock
from .db import KezhiSession, db, writing
from .permissions import acting_user
from .tables import audit_entry, audit_head


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. ``payload`` holds JSON values without floats."""

    action: str
    object_kind: str
    object_id: str
    payload: Mapping[str, Any]
    result: str = "done"


def record(action: str, object_kind: str, object_id: object = "", **payload: Any) -> None:
    """Add an entry to the open write transaction."""
    if not db.session.info.get("writing"):
        raise RuntimeError("audit.record outside writing()")
    db.session.info.setdefault("audit", []).append(Entry(action, object_kind, str(object_id), payload))


def record_alone(
    action: str, object_kind: str, object_id: object = "", *, result: str = "done", **payload: Any
) -> None:
    """Write an entry in a transaction of its own: refusals, and what a read must leave behind."""
    with writing() as session:
        session.info.setdefault("audit", []).append(Entry(action, object_kind, str(object_id), payload, result))


def canonical(fields: Mapping[str, Any]) -> str:
    """The one text of an entry: sorted keys, fixed separators, UTF-8 as it is."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def entry_hash(key: bytes, previous: bytes, row: Mapping[str, Any]) -> bytes:
    """The hash of an entry after ``previous``."""
    names = ("seq", "at", "actor", "action", "object_kind", "object_id", "result", "payload")
    text = canonical({name: row[name] for name in names})
    return hmac.new(key, previous + text.encode(), hashlib.sha256).digest()


_HEAD = select(audit_head.c.seq, audit_head.c.hash).with_for_update()


@event.listens_for(KezhiSession, "before_commit")
def _write_entries(session: Session) -> None:
    """Flush the effects first, then lock the head and append: the lock is held for the shortest time."""
    if session.in_nested_transaction():
        return  # a savepoint: the entries belong to the commit that is to come
    entries: list[Entry] = session.info.pop("audit", [])
    if not entries:
        return
    session.flush()
    connection = session.connection()
    head = connection.execute(_HEAD).one()
    key: bytes = current_app.config["KEZHI_KEYS"]["audit"]
    seq, previous = head.seq, bytes(head.hash)
    at, actor = clock.now().isoformat(timespec="microseconds"), acting_user().login
    rows = []
    for entry in entries:
        seq += 1
        row = {
            "seq": seq,
            "at": at,
            "actor": actor,
            "action": entry.action,
            "object_kind": entry.object_kind,
            "object_id": entry.object_id,
            "result": entry.result,
            "payload": canonical(entry.payload),
        }
        digest = entry_hash(key, previous, row)
        rows.append({**row, "previous": previous, "hash": digest})
        previous = digest
    connection.execute(insert(audit_entry), rows)
    connection.execute(update(audit_head), {"seq": seq, "hash": previous})
