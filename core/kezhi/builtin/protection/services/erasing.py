"""Taking keys that were retired out of the key file, also when whoever retired them was cut off before that."""

from __future__ import annotations

from sqlalchemy import select

from kezhi import db, writing

from .. import keyfile, ring
from ..models import KeyVersion


def still_there() -> list[tuple[str, int]]:
    """Retired keys, by purpose and version, that the key file holds nevertheless. Version 1 is derived and stays."""
    return [
        (purpose, known.version)
        for purpose, versions in ring.snapshot().versions.items()
        for known in versions
        if known.retired and known.version > 1 and keyfile.material(ring.path(), purpose, known.version) is not None
    ]


def erase_retired() -> None:
    """Take every retired key out of the key file. Errors: ``Refused`` when it cannot be written."""
    ring.forget()
    with writing():
        # nobody writes a new key into the file meanwhile: it would be lost
        db.session.execute(select(KeyVersion.purpose).with_for_update())
        for purpose, version in still_there():
            keyfile.erase(ring.path(), purpose, version)
