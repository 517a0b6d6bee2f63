"""The columns that a person chose for a file stand ready for the next file with the same heads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from kezhi import User, clock, db

from ..contributions import Importer
from ..mapping import folded, match
from ..models import Batch, ChosenColumns

MOST = 50  #: choices kept per person; the oldest goes


def heads_of(header: Sequence[str]) -> str:
    """What two files have in common when their columns are called the same, in the same order."""
    return hashlib.sha256(json.dumps([folded(name) for name in header]).encode()).hexdigest()


def remember(user: User, kind: str, header: Sequence[str], mapping: Mapping[str, str]) -> None:
    """Keep a choice, in the open write transaction; it takes the place of an earlier one."""
    if user.id is None:
        return
    mine = [ChosenColumns.user_id == user.id]
    same = [*mine, ChosenColumns.kind == kind, ChosenColumns.heads == heads_of(header)]
    quiet = {"synchronize_session": False}
    db.session.execute(delete(ChosenColumns).where(*same), execution_options=quiet)
    db.session.add(
        ChosenColumns(user_id=user.id, kind=kind, heads=heads_of(header), mapping=dict(mapping), chosen_at=clock.now())
    )
    db.session.flush()
    newest = select(ChosenColumns.chosen_at).where(*mine).order_by(ChosenColumns.chosen_at.desc())
    last = db.session.scalar(newest.offset(MOST).limit(1))
    if last is not None:
        db.session.execute(delete(ChosenColumns).where(*mine, ChosenColumns.chosen_at <= last), execution_options=quiet)


def remembered(user: User, importer: Importer, header: Sequence[str]) -> dict[str, str] | None:
    """The choice of last time as :func:`~..mapping.match` takes it; None without one that still fits."""
    if user.id is None:
        return None
    chosen: Any = db.session.scalar(
        select(ChosenColumns.mapping).where(
            ChosenColumns.user_id == user.id,
            ChosenColumns.kind == importer.kind,
            ChosenColumns.heads == heads_of(header),
        )
    )
    if chosen is None:
        return None
    known = {each.key for each in importer.fields}
    mapping = {key: column for key, column in chosen.items() if key in known}
    return None if match(importer, header, mapping).problems else mapping


def is_remembered(user: User, importer: Importer, batch: Batch) -> bool:
    """Whether the batch is read by a choice of its reader's, and not by the names of its columns."""
    mapping = remembered(user, importer, batch.header)
    if mapping is None or user.id != batch.requester_id:
        return False
    places = match(importer, batch.header, mapping).fields
    by_choice = {key: batch.header[place] for key, place in places.items()}
    return by_choice == batch.mapping and match(importer, batch.header).fields != places
