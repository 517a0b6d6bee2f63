"""New versions of keys, and bringing what is protected under them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select

from kezhi import Conflict, Refused, acting_user, audit_record, clock, db, setting
from kezhi.i18n import _
from kezhi.jobs import enqueue

from .. import keyfile, ring
from ..contributions import CLEAR, KeyUse
from ..models import KeyVersion
from . import resealing

RENEW = "protection.renew"
TAKE_UP = "protection.take_up"
TOGETHER = (ring.FILES, ring.FIELDS)  #: what a rotation changes unless it is told otherwise


@dataclass(frozen=True, slots=True)
class Standing:
    """How much of a use is under which version; ``counts`` has ``CLEAR`` for what is not protected."""

    use: KeyUse
    active: int
    counts: Mapping[int, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def clear(self) -> int:
        return self.counts.get(CLEAR, 0)

    @property
    def old(self) -> int:
        """Pieces that are under an older version than the one in force."""
        return sum(count for version, count in self.counts.items() if version not in (CLEAR, self.active))

    @property
    def waiting(self) -> int:
        """Pieces that the job has still to bring under the version in force."""
        return self.old + (self.clear if ring.is_on(self.use.purpose) else 0)


def uses(purpose: str = "") -> list[KeyUse]:
    """What the enabled apps keep under keys, of one purpose or of all."""
    found: list[KeyUse] = current_app.extensions["kezhi"].call.register_key_uses()
    return [use for use in found if not purpose or use.purpose == purpose]


def standing(*, without: str = "") -> list[Standing]:
    """How much is under which version, for every use but those ``without`` a purpose. One statement per use."""
    versions = ring.snapshot().versions
    in_force = {
        purpose: next((known.version for known in found if not known.retired), 1) for purpose, found in versions.items()
    }
    wanted = [use for use in uses() if use.purpose != without]
    return [Standing(use, in_force.get(use.purpose, 1), dict(use.count())) for use in wanted]


def rotate(purposes: tuple[str, ...] = TOGETHER) -> dict[str, int]:
    """Put a new version of these purposes' keys in force, in the open write transaction; answers the versions.

    The key is in the key file for good before the database knows of it. What is protected follows in the job; it stays
    readable and found all the while. A new index key comes with a new key of fields: rows that are under that one have
    their digests and blind indexes made anew. Errors: ``Refused`` when the key file cannot be written, or fields are in
    the clear.
    """
    versions: dict[str, int] = {}
    ring.forget()
    if wrong := ring.problems():
        raise Refused(wrong[0])
    db.session.execute(select(KeyVersion.purpose).with_for_update())  # one rotation at a time
    if ring.INDEX in purposes and not ring.is_on(ring.FIELDS):
        raise Refused(
            _("While fields are not encrypted the key of the indexes stays. Switch their encryption on first.")
        )
    for purpose in together(purposes):
        if purpose not in ring.PURPOSES:
            raise Refused(_("There are no keys for “%(purpose)s”.", purpose=purpose))
        newest = max(known.version for known in ring.snapshot().versions[purpose])
        secret = keyfile.ensure(ring.path(), purpose, newest + 1)
        ring.add(purpose, newest + 1, secret, versions[ring.FIELDS] if purpose == ring.INDEX else None)
        audit_record("key.rotate", "key", purpose, version=newest + 1)
        versions[purpose] = newest + 1
    enqueue(RENEW)
    return versions


def together(purposes: Iterable[str]) -> tuple[str, ...]:
    """The purposes in the order in which they are rotated: with the key of indexes that of fields, before it."""
    wanted = dict.fromkeys(purposes)
    if ring.INDEX in wanted:
        wanted = dict.fromkeys([*(each for each in wanted if each != ring.INDEX), ring.FIELDS, ring.INDEX])
    return tuple(wanted)


def count_indexes() -> dict[int, int]:
    """Rows with digests and blind indexes by the version of the index key; what is in the clear is left out."""
    found: dict[int, int] = {}
    for use in uses(ring.FIELDS):
        for version, rows in use.count().items():
            if version != CLEAR:
                index = ring.index_of(version)
                found[index] = found.get(index, 0) + rows
    return found


def indexes_wait() -> bool:
    """Whether some digests are still of an older index key: then equal values need not have equal digests."""
    newest = next(iter(ring.snapshot().versions.get(ring.INDEX, ())), None)
    if newest is None or newest.beside == 0:
        return False
    return any(resealing.has_under(use.tables(), newest.beside) for use in uses(ring.FIELDS))


def prepare(purposes: tuple[str, ...] = TOGETHER) -> dict[str, int]:
    """Write the next keys into the key file without putting them in force, so that copies can be made beforehand."""
    made = {}
    for purpose in together(purposes):
        newest = max(known.version for known in ring.snapshot().versions[purpose])
        keyfile.ensure(ring.path(), purpose, newest + 1)
        made[purpose] = newest + 1
    return made


def renew(purpose: str = "", told: Any = None) -> dict[str, int]:
    """Bring everything under the versions in force, batch by batch; answers how many pieces were brought, by use.

    ``told`` hears after each batch how many have been brought so far.
    Each batch is a transaction of its own: cut off at any point, the next run goes on with what is left.
    """
    done: dict[str, int] = {}
    for use in uses(purpose):
        ring.forget()
        version = ring.active(use.purpose).version
        while count := use.renew(version):
            done[use.key] = done.get(use.key, 0) + count
            if told is not None:
                told(sum(done.values()))
    return done


def retire(purpose: str, version: int) -> None:
    """Give up an old version for good, in the open write transaction: its key is taken out of the key file afterwards.

    Errors: ``Refused`` while anything is under it, or while backups may still need it.
    """
    ring.forget()
    row = db.session.get(KeyVersion, (purpose, version), with_for_update=True)
    if row is None:
        raise Refused(_("There is no such key."))
    if row.retired_at is not None:
        raise Conflict(_("This key is retired already."))
    if version == ring.active(purpose).version:
        raise Refused(_("This key is in force. Rotate the keys first."))
    count = sum(use.count().get(version, 0) for use in uses(purpose))
    if purpose == ring.INDEX:  # what is in the clear has its blind indexes all the same, of whatever key
        count += sum(use.count().get(CLEAR, 0) for use in uses(ring.FIELDS))
    if count:
        raise Refused(
            _("%(count)s pieces are still under this key. The job brings them under the new one.", count=count)
        )
    since, days = _replaced_at(purpose, version), int(setting("protection", "keep_old_keys_days"))
    if since is None or since + timedelta(days=days) > clock.now():
        raise Refused(
            _(
                "Backups of the last %(days)s days may still need this key. Wait until they are gone, or change how "
                "long old keys are kept in the settings.",
                days=days,
            )
        )
    row.retired_at, row.retired_by = clock.now(), acting_user().login
    db.session.flush()
    ring.forget()
    audit_record("key.retire", "key", purpose, version=version)


def _replaced_at(purpose: str, version: int) -> datetime | None:
    later = (KeyVersion.purpose == purpose, KeyVersion.version > version)
    found: Any = db.session.scalar(select(KeyVersion.created_at).where(*later).order_by(KeyVersion.version).limit(1))
    return found  # type: ignore[no-any-return]
