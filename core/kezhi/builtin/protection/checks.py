"""What must always be true of keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from kezhi import Check, Finding, clock, setting
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from . import ring, services, words
from .models import KeyVersion
from .services import erasing

PATIENCE = timedelta(days=2)  #: after a rotation, before the doctor asks why data is still under the old key


def checks() -> list[Check]:
    """The checks of this builtin."""
    return [
        Check("protection.keys", _l("The key file holds the keys that the data is under"), keys),
        Check("protection.follow", _l("Data is under the keys in force"), follow),
        Check("protection.deviations", _l("Nothing is kept in the clear, and the storage is declared"), deviations),
    ]


def keys(_session: Session) -> Sequence[Finding]:
    """A wrong key file, an old copy of the right one, or one that holds what was given up."""
    found = [Finding(problem) for problem in ring.problems()]
    for purpose, version in erasing.still_there() if not found else ():
        text = _(
            "The key “%(purpose)s” v%(version)s is retired, and the key file holds it still: kezhi keys retire "
            "%(purpose)s %(version)s takes it out.",
            purpose=purpose,
            version=version,
        )
        found.append(Finding(text))
    return found


def follow(session: Session) -> Sequence[Finding]:
    """What is still in the clear or under an old key though there was time."""
    if ring.problems():
        return []
    found = []
    for each in services.standing():
        known = session.get(KeyVersion, (each.use.purpose, each.active))
        if each.waiting and known is not None and clock.now() - known.created_at > PATIENCE:
            text = _(
                "%(title)s: %(count)s are not under the key in force. Does the job “protection.renew” run?",
                title=str(each.use.title),
                count=each.waiting,
            )
            found.append(Finding(text, "advice"))
    return found


def deviations(session: Session) -> Sequence[Finding]:
    """Recorded deviations are named with their author, since when and why; so is storage that nobody has declared."""
    found = []
    for row in services.deviations(only_open=True):
        text = _(
            "Switched off by %(who)s since %(day)s: %(what)s. Reason: %(reason)s",
            what=words.what(row.purpose),
            who=row.started_by,
            day=clock.local(row.started_at).date().isoformat(),
            reason=row.reason,
        )
        found.append(Finding(text, "advice"))
    storage = setting("protection", "storage")
    if storage == "none":
        found.append(Finding(_("The storage under the database is declared as not encrypted."), "advice"))
    elif not storage:
        text = _("Nobody has declared whether the storage under the database is encrypted: settings of “Protection”.")
        found.append(Finding(text, "advice"))
    return found
