"""What the page of protection shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import select

from kezhi import SYSTEM, Fact, db, setting
from kezhi.i18n import _
from kezhi.jobs import DEAD, RUNNING, WAITING
from kezhi.tables import job

from ..accounts.services import names_of_logins
from . import ring, services, words
from .backups.holding import last_done
from .models import KeyVersion
from .settings import STORAGES


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A version of a key with what is under it."""

    purpose: str
    version: int
    state: tuple[Any, str]
    since: datetime
    who: str
    used: int
    replaced: bool


@dataclass(frozen=True, slots=True)
class UseRow:
    """How far data is protected."""

    title: Any
    purpose: str
    total: int
    done: int
    old: int
    clear: int
    on: bool

    @property
    def percent(self) -> int:
        """Whole percent under the key in force, 100 only when nothing is left."""
        return 100 if self.done == self.total else min(99, self.done * 100 // self.total)


def index_page() -> dict[str, Any]:
    """Keys, uses, deviations and what is declared; a statement per use beside a fixed number."""
    standings = services.standing()
    keys = list(db.session.scalars(select(KeyVersion).order_by(KeyVersion.purpose, KeyVersion.version.desc())))
    deviations = services.deviations()
    backup = last_done()
    logins = {backup.done_by} if backup else set[str]()
    logins |= {key.created_by for key in keys} | {row.started_by for row in deviations}
    names = {SYSTEM.login: _("the system"), **names_of_logins(logins | {row.ended_by for row in deviations})}
    active = {key.purpose: max(each.version for each in keys if each.purpose == key.purpose) for key in keys}
    uses = [_use(each) for each in standings]
    storage = setting("protection", "storage")
    last = max((key.created_at for key in keys if key.version > 1), default=None)
    return {
        "keys": [_key(key, active, standings, names) for key in keys],
        "uses": uses,
        "deviations": deviations,
        "names": names,
        "words": words,
        "off": sorted(ring.snapshot().off),
        "can_switch_off": [use.purpose for use in standings_of(uses) if use.on and use.purpose != ring.INDEX],
        "problems": ring.problems(),
        "waiting": sum(each.waiting for each in standings if each.use.purpose != ring.INDEX),
        "job": _job(),
        "last_rotation": last,
        "backup": backup,
        "storage": (storage, dict(STORAGES).get(storage, storage), setting("protection", "storage_note")),
        "key_file": str(ring.path()),
        "facts": _facts(uses, last, storage),
    }


def standings_of(uses: list[UseRow]) -> list[UseRow]:
    """One use per purpose."""
    return list({use.purpose: use for use in uses}.values())


def _use(each: services.Standing) -> UseRow:
    total, done = each.total, each.counts.get(each.active, 0)
    on = ring.is_on(each.use.purpose)
    return UseRow(each.use.title, each.use.purpose, total, done, each.old, each.clear, on)


def _key(key: KeyVersion, active: dict[str, int], standings: list[services.Standing], names: dict[str, str]) -> KeyRow:
    state = "retired" if key.retired_at else "active" if active[key.purpose] == key.version else "old"
    used = sum(each.counts.get(key.version, 0) for each in standings if each.use.purpose == key.purpose)
    who = names.get(key.created_by, key.created_by)
    return KeyRow(key.purpose, key.version, words.STATES[state], key.created_at, who, used, state != "active")


def _job() -> Any:
    """The newest run of the job that has not ended well."""
    states = (WAITING, RUNNING, DEAD)
    statement = select(job).where(job.c.job == services.RENEW, job.c.state.in_(states)).order_by(job.c.id.desc())
    return db.session.execute(statement.limit(1)).one_or_none()


def _facts(uses: list[UseRow], last: datetime | None, storage: str) -> list[Fact]:
    uses = [use for use in uses if use.purpose != ring.INDEX]  # these are the same rows once more
    clear = sum(use.clear for use in uses)
    note = _("%(count)s in the clear", count=f"{clear:,}") if clear else _("nothing in the clear")
    return [
        Fact(_("Encrypted"), f"{sum(use.total - use.clear for use in uses):,}", note=note),
        Fact(_("Under an older key"), f"{sum(use.old for use in uses):,}"),
        Fact(_("Deviations"), str(len(ring.snapshot().off))),
        Fact(
            _("Storage"),
            str(dict(STORAGES).get(storage, storage)),
            url=url_for("apps.settings", name="protection"),
        ),
    ]
