"""What shows that customer data is encrypted at rest (CUS-11)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from kezhi import lazy_gettext as _l
from kezhi import setting

from ..policy.contributions import Ask, ClauseEvidence, Found, Records
from . import services
from .models import Deviation, KeyVersion
from .ring import INDEX

DECLARED = ("disk", "database")


def evidence() -> list[ClauseEvidence]:
    """Everything is under keys, nothing is switched off; and what the storage does is declared."""
    return [
        ClauseEvidence(
            "CUS-11",
            _l("Files and fields are under keys, and nothing is switched off."),
            ask=_encrypted,
            key="encrypted",
            title=_l("Encryption by the system"),
            says=_says,
            late=lambda count: _l("%(count)s deviations are open", count=count),
            records=Records("protection.index"),
            breaches=Records("protection.index"),
            responsible=_l("Administrator"),
        ),
        ClauseEvidence(
            "CUS-11",
            _l("The installation has declared how the storage under the database is encrypted."),
            ask=_declared,
            key="storage",
            title=_l("Encryption by the storage"),
            says=lambda found: _l("declared as encrypted") if found.records else _l("not declared as encrypted"),
            needed=1,
            records=Records("protection.index"),
            responsible=_l("Administrator"),
        ),
    ]


def _encrypted(_today: date) -> Ask:
    standings = services.standing(without=INDEX)  # its rows are those of the fields, counted once more
    total = sum(each.total for each in standings)
    return Ask(
        records=total - sum(each.clear for each in standings),
        of=total,
        latest=select(func.max(KeyVersion.created_at)),
        waiting=sum(each.waiting for each in standings),
        breaches=select(func.count()).select_from(Deviation).where(Deviation.ended_at.is_(None)),
    )


def _says(found: Found) -> object:
    return _l("%(count)s of %(of)s pieces encrypted", count=found.records or 0, of=found.of or 0)


def _declared(_today: date) -> Ask:
    return Ask(records=int(setting("protection", "storage") in DECLARED))
