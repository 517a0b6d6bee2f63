"""The key ring: what other apps encrypt with. Needs an app context; never gives out a key that is not the right one.

The newest version of a purpose's keys is for what is written; older ones open what was written before. Store the
version beside what you encrypt.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import current_app, g
from sqlalchemy import exists, select
from sqlalchemy.exc import DontWrapMixin

from kezhi import Refused, acting_user, clock, db
from kezhi.i18n import _

from . import keyfile
from .models import Deviation, KeyVersion

FILES, FIELDS, INDEX = "files", "fields", "index"
#: ``index`` makes blind indexes and digests: a rotation of the others does not change it; it comes with new ``fields``
PURPOSES = (FILES, FIELDS, INDEX)


class KeyProblem(Refused, DontWrapMixin):
    """The key file lacks a key, or is another one than this database was protected with. Nothing is damaged."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of 32 bytes and its version (from 1)."""

    version: int
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows of a version of a purpose's keys."""

    version: int
    check_value: str
    retired: bool
    beside: int = 0  #: of an index key: the key of fields that came with it


@dataclass(frozen=True, slots=True)
class Ring:
    """All versions of all purposes, newest first, and the purposes that are switched off."""

    versions: dict[str, list[Known]]
    off: frozenset[str]


def active(purpose: str) -> Key:
    """The key to encrypt with now. Errors: ``KeyProblem``; nothing may be encrypted then."""
    for known in snapshot().versions.get(purpose, ()):
        if not known.retired:
            return Key(known.version, key(purpose, known.version))
    if purpose not in PURPOSES:
        raise LookupError(f"the key ring has no keys for {purpose!r}")
    return Key(1, _material(purpose, 1))  # before the first set-up is through


def key(purpose: str, version: int) -> bytes:
    """The key that something was encrypted with. Read once per process. Errors: ``KeyProblem``."""
    cache: dict[tuple[str, int], bytes] = current_app.extensions.setdefault("kezhi_ring", {})
    found = cache.get((purpose, version))
    if found is not None:
        return found
    secret = _material(purpose, version)
    for known in snapshot().versions.get(purpose, ()):
        if known.version == version and known.check_value != keyfile.check_value(secret):
            raise KeyProblem(
                _(
                    "The key file %(path)s is not the one that this database was protected with. Nothing is damaged: "
                    "put the right key file in its place.",
                    path=str(path()),
                )
            )
        if known.version == version:
            cache[purpose, version] = secret
    return secret


def index_key() -> bytes:
    """The key of blind indexes (HMAC). It stays the same when the other keys are rotated. Errors: ``KeyProblem``."""
    return active(INDEX).secret


def index_keys() -> list[Key]:
    """The keys that blind indexes may have been made with, newest first: more than one after it was rotated."""
    known = [each for each in snapshot().versions.get(INDEX, ()) if not each.retired]
    return [Key(each.version, key(INDEX, each.version)) for each in known] or [active(INDEX)]


def index_of(fields_version: int) -> int:
    """The version of the index key that goes with a version of the key of fields."""
    known = snapshot().versions.get(INDEX, ())
    return next((each.version for each in known if each.beside <= fields_version), 1)


def is_on(purpose: str) -> bool:
    """Whether what is written now has to be encrypted: False only under a recorded deviation."""
    return purpose not in snapshot().off


def path() -> Path:
    """Where the key file lies."""
    found: Path = current_app.extensions["kezhi"].config.keys
    return found


def snapshot() -> Ring:
    """What the database knows of keys, read once per request or command in one statement."""
    found: Ring | None = g.get("kezhi_ring")
    if found is None:
        off = exists().where(Deviation.purpose == KeyVersion.purpose, Deviation.ended_at.is_(None))
        table = KeyVersion.__table__.c
        asked = select(
            table.purpose, table.version, table.check_value, table.retired_at, table.beside, off.label("off")
        )
        versions: dict[str, list[Known]] = {}
        switched_off = set()
        for row in db.session.connection().execute(asked.order_by(table.version.desc())):
            known = Known(row.version, row.check_value, row.retired_at is not None, row.beside or 0)
            versions.setdefault(row.purpose, []).append(known)
            if row.off:
                switched_off.add(row.purpose)
        found = g.kezhi_ring = Ring(versions, frozenset(switched_off))
    return found


def forget() -> None:
    """Read anew what the database knows: it has been changed."""
    g.pop("kezhi_ring", None)
    current_app.extensions.pop("kezhi_fields", None)


def establish() -> None:
    """Put down version 1 of every purpose with its check value, in the open write transaction; harmless when done."""
    forget()
    known = snapshot().versions
    for purpose in PURPOSES:
        if purpose not in known:
            add(purpose, 1, _material(purpose, 1))


def add(purpose: str, version: int, secret: bytes, beside: int | None = None) -> None:
    """Put down a version, which is in force from now on; of an index key, ``beside`` which key of fields."""
    row: dict[str, Any] = {"purpose": purpose, "version": version, "check_value": keyfile.check_value(secret)}
    row["beside"] = beside
    db.session.add(KeyVersion(**row, created_at=clock.now(), created_by=acting_user().login, retired_by=""))
    db.session.flush()
    forget()


def _material(purpose: str, version: int) -> bytes:
    from . import words

    found = keyfile.material(path(), purpose, version)
    if found is None:
        raise KeyProblem(
            _(
                "The key file %(path)s lacks version %(version)s of the keys for “%(purpose)s”: it is a copy from "
                "before the last rotation. Nothing is damaged: put the newest copy in its place.",
                path=str(path()),
                version=version,
                purpose=words.purpose(purpose),
            )
        )
    return found


def problems() -> list[str]:
    """What is wrong with the key file, by what the database knows of it. Empty when all is well."""
    found = []
    for purpose, versions in snapshot().versions.items():
        for known in versions:
            if known.retired:
                continue
            try:
                key(purpose, known.version)
            except KeyProblem as problem:
                found.append(str(problem))
    return list(dict.fromkeys(found))
