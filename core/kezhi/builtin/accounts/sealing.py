"""Secrets of second factors as they stand in the database: under the key ring, bound to their person (ORG-02, CUS-11).

They are sealed also while a deviation leaves fields in the clear. Rows of before were sealed with the settings key of
the key file (``seal_version`` is empty); they are read all the same, and the job brings them over.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app
from sqlalchemy import func, or_, select, update

from kezhi import Refused, db, writing
from kezhi import lazy_gettext as _l
from kezhi.i18n import gettext as _

from ..protection import fields, ring, sealed
from ..protection.contributions import CLEAR, KeyUse
from .models import Factor, HalfLogIn

NAME = "accounts.factor"
BATCH = 300  #: rows per transaction
FACTORS, HALVES = Factor.__table__, HalfLogIn.__table__


def seal(text: str, user_id: int) -> str:
    """``text`` as it is stored for this person. Keep ``version()`` beside it."""
    return fields.seal(NAME, _token(user_id), text, always=True)


def version() -> int:
    """The version of the key that ``seal`` uses now."""
    return fields.writer().key_version


def unseal(stored: str, user_id: int) -> str:
    """What was sealed. Errors: ``Refused`` when it was sealed for somebody else or with another key file."""
    text = fields.unseal(NAME, stored, _token(user_id)) if sealed.is_sealed(stored) else _of_before(stored, user_id)
    if text is None or isinstance(text, fields.Unreadable):
        raise Refused(_("The second factor cannot be read with this key file. Ask an administrator to reset it."))
    return text


def _token(user_id: int) -> str:
    """A person in place of a row: nobody's secret opens in the row of another one."""
    return f"u{user_id:015d}"


def _of_before(stored: str, user_id: int) -> str | None:
    data = base64.b64decode(stored)
    box = AESGCM(current_app.config["KEZHI_KEYS"]["settings"])
    try:
        return box.decrypt(data[:12], data[12:], f"accounts.factor.{user_id}".encode()).decode()
    except InvalidTag:
        return None


# ── following the keys ──────────────────────────────────────────────────────────────────────────────────────────


def key_use() -> KeyUse:
    """The declaration for the key ring."""
    return KeyUse("accounts.factors", _l("Secrets of second factors"), ring.FIELDS, count, renew)


def count() -> Mapping[int, int]:
    """People with a secret, by the version of its key; ``CLEAR`` for those under the settings key."""
    found: dict[int, int] = {}
    for table in (FACTORS, HALVES):
        known = table.c.seal_version
        statement = select(known, func.count()).where(_holds(table)).group_by(known)
        for stored, rows in db.session.execute(statement):
            found[stored or CLEAR] = found.get(stored or CLEAR, 0) + rows
    return found


def renew(wanted: int) -> int:
    """Bring a batch of secrets under the key in force. What cannot be read stays as it is."""
    for table in (FACTORS, HALVES):
        with writing():
            done = _renew(table, wanted)
        if done:
            return done
    return 0


def _renew(table: Any, wanted: int) -> int:
    present, key = table.c.seal_version, next(iter(table.primary_key))
    waits = (_holds(table), or_(present.is_(None), present != wanted))
    rows = db.session.execute(select(table).where(*waits).limit(BATCH).with_for_update()).all()
    for row in rows:
        values: dict[str, Any] = {"seal_version": version()}
        for name in _columns(table):
            stored = getattr(row, name)
            try:
                values |= {name: seal(unseal(stored, row.user_id), row.user_id)} if stored else {}
            except Refused:
                continue
        db.session.execute(update(table).where(key == getattr(row, key.name)).values(values))
    return len(rows)


def _columns(table: Any) -> list[str]:
    return [name for name in ("secret", "pending") if name in table.c]


def _holds(table: Any) -> Any:
    return or_(*(table.c[name].is_not(None) for name in _columns(table)))
