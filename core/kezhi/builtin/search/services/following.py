"""Tokens follow their records: at once for a few, in a job for many; and they go with the app that declared them.

A job does its work in chunks, and computes outside of the transaction: who saves a record never waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from typing import Any

from flask import current_app
from sqlalchemy import delete, func, select

from kezhi import clock, db, writing
from kezhi.bulk import MOST_KEYS
from kezhi.db import after_commit, end_reading
from kezhi.jobs import enqueue

from ..contributions import SearchKind
from ..models import KindState, Pending, Recent, Token
from .indexing import (
    UNSCOPED,
    columns_read,
    drop_lost,
    insert_missing,
    put_off,
    texts_of,
    tokens_by_record,
    write_tokens,
)
from .kinds import every_kind

log = logging.getLogger("kezhi.search")

JOB = "search.follow"
CHUNK = 500  #: records taken up in one transaction
SWEEP = 2_000  #: records whose tokens are removed in one transaction

state, pending, token, recent = (model.__table__ for model in (KindState, Pending, Token, Recent))


def follow(model: type, change: str, keys: Any, columns: Collection[str] | None = None) -> None:
    """Renew the tokens of records that changed, inside the caller's transaction. ``columns``: what an update wrote.

    A kind that cannot be read holds nobody up: its records wait for the job. Errors: none.
    """
    kinds = every_kind()
    _forget_stale(kinds)
    for kind in kinds.values():
        if kind.model is not model or (change == "update" and not _touches(kind, columns)):
            continue
        try:
            db.session.flush()
            with db.session.connection().begin_nested():  # nothing in it lives in the session
                _follow(kind, change, keys)
        except Exception:
            log.exception("search: the tokens of %s could not follow", kind.key)
            with db.session.begin_nested():
                _put_off_keys(kind, keys)


def _touches(kind: SearchKind, columns: Collection[str] | None) -> bool:
    """Whether an update of these columns can change what the records are searched by."""
    return columns is None or (read := columns_read(kind)) is None or not read.isdisjoint(columns)


def _forget_stale(kinds: Collection[str]) -> None:
    """What an app's records were called must not outlive the erasure of a person.

    Kinds go with their app, and with it the Flask app is built anew: one look for each is enough.
    """
    memo = current_app.extensions["kezhi"].host.memo
    if ("search", "stale") in memo:
        return
    if stale := [key for key in _stored() if key not in kinds]:
        forget(stale)
        after_commit(lambda: memo.update({("search", "stale"): True}))
    else:
        memo["search", "stale"] = True  # nothing was written that a rollback could undo


def _follow(kind: SearchKind, change: str, keys: Any) -> None:
    ids = keys if isinstance(keys, list) else _few(keys)
    if ids is None and change == "delete":
        drop_lost(kind)
    elif ids is None:
        put_off(kind, keys)
        enqueue(JOB)
    elif ids:
        found = tokens_by_record(texts_of(kind, ids) if change != "delete" else {})
        write_tokens(kind.key, {record: found.get(record, {}) for record in ids}, new=change == "create")
        if change == "delete":
            db.session.execute(delete(recent).where(recent.c.kind == kind.key, recent.c.record_id.in_(ids)))


def _few(keys: Any) -> list[int] | None:
    """The ids of a select when they are few."""
    ids = keys.subquery()
    found = list(db.session.scalars(select(ids.c[0]).limit(MOST_KEYS + 1), execution_options=UNSCOPED))
    return found if len(found) <= MOST_KEYS else None


def _put_off_keys(kind: SearchKind, keys: Any) -> None:
    if isinstance(keys, list):
        rows = [{"kind": kind.key, "record_id": record} for record in keys]
        if rows:
            db.session.execute(insert_missing(pending), rows)
    else:
        put_off(kind, keys)
    enqueue(JOB)


# ── the job ─────────────────────────────────────────────────────────────────────────────────────────────────────


def reconcile() -> None:
    """Put up the records of kinds that are new or declared otherwise; remove what belongs to kinds that are gone."""
    kinds, stored = every_kind(), _stored()
    end_reading()
    for key in stored:
        if key not in kinds:
            _forget_in_steps(key)
    for key, kind in kinds.items():
        if stored.get(key) != kind.signature:
            with writing():
                put_up(kind)


def put_up(kind: SearchKind) -> None:
    """Note every record of a kind for the job, in the open transaction."""
    put_off(kind, select(kind.record_id))
    drop_lost(kind)
    db.session.execute(delete(state).where(state.c.key == kind.key))
    db.session.execute(insert_missing(state).values(key=kind.key, signature=kind.signature, since=clock.now()))


def work_off(told: Callable[[str, int], None] | None = None) -> int:
    """Take up every record that waits; returns how many. ``told`` hears of each chunk.

    Errors: the first failure of a kind, when all other kinds are done.
    """
    count, failed = 0, dict[str, Exception]()
    while True:
        kinds = every_kind()
        working = [key for key in kinds if key not in failed]
        first = select(pending.c.kind).where(pending.c.kind.in_(working)).limit(1)
        key = db.session.scalar(first)
        end_reading()
        if key is None:
            break
        try:
            done = _take_up(kinds[key])
        except Exception as error:
            db.session.rollback()
            log.exception("search: the records of %s cannot be taken up", key)
            failed[key] = error
            continue
        count += done
        if told is not None:
            told(key, done)
    for failure in failed.values():
        raise failure
    return count


def rebuild(keys: list[str], told: Callable[[str, int], None] | None = None) -> int:
    """Make the tokens of these kinds anew; returns the number of records taken up."""
    for key in keys:
        with writing():
            put_up(every_kind()[key])
    return work_off(told)


def _take_up(kind: SearchKind) -> int:
    """Renew one chunk. Records that change while it is computed stay for the next one."""
    waiting = (pending.c.kind == kind.key,)
    ids = list(
        db.session.scalars(select(pending.c.record_id).where(*waiting).order_by(pending.c.record_id).limit(CHUNK))
    )
    texts = texts_of(kind, ids)
    end_reading()
    tokens = tokens_by_record(texts)
    with writing():
        still = select(pending.c.record_id).where(*waiting, pending.c.record_id.in_(ids)).with_for_update()
        held = list(db.session.scalars(still))
        now = texts_of(kind, held, lock=True)
        same = [record for record in held if now.get(record) == texts.get(record)]
        write_tokens(kind.key, {record: tokens.get(record, {}) for record in same})
        db.session.execute(delete(pending).where(*waiting, pending.c.record_id.in_(same)))
    return len(same)


# ── what is gone ────────────────────────────────────────────────────────────────────────────────────────────────


def forget(keys: list[str]) -> None:
    """Remove everything kept of these kinds, in the open transaction."""
    for table in (token, pending, recent):
        db.session.execute(delete(table).where(table.c.kind.in_(keys)))
    db.session.execute(delete(state).where(state.c.key.in_(keys)))


def forget_plugin(plugin: str) -> None:
    """Remove everything kept of a plugin's kinds, in the open transaction."""
    keys = [key for key in _stored() if key == plugin or key.startswith(f"{plugin}.")]
    if keys:
        forget(keys)


def _forget_in_steps(key: str) -> None:
    """As :func:`forget`, a stretch of records at a time: nobody waits long for the database."""
    end = select(token.c.record_id).where(token.c.kind == key).order_by(token.c.record_id).offset(SWEEP * 30).limit(1)
    while (last := db.session.scalar(end)) is not None:
        with writing():
            db.session.execute(delete(token).where(token.c.kind == key, token.c.record_id <= last))
    with writing():
        forget([key])


def _stored() -> dict[str, str]:
    """The kinds that are kept, with what their tokens are made from."""
    return {row.key: row.signature for row in db.session.execute(select(state.c.key, state.c.signature))}


def waiting_count() -> int:
    """How many records wait for their tokens."""
    return db.session.scalar(select(func.count()).select_from(pending)) or 0
