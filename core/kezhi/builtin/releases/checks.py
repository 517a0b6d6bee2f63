"""What must always be true of data requests and of the register of releases."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from kezhi import Check, Finding
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from . import holder
from .evidence import unregistered, unsigned
from .models import SIGNED, DataRequest, Release
from .services.digests import digest_of_release

MOST = 20  #: findings shown of one check
UNSCOPED = {"kezhi_unscoped": True}
REQUESTS = DataRequest.__table__


def checks() -> list[Check]:
    """The checks of this builtin."""
    return [
        Check("releases.signed", _l("No data request was answered without its signature"), answered_unsigned),
        Check("releases.registered", _l("What was answered for outside stands in the register"), not_registered),
        Check("releases.unchanged", _l("Entries of the register are as they were made"), changed_entries),
        Check("releases.holder", _l("Signed data requests have a department that answers them"), nobody_holds),
    ]


def answered_unsigned(session: Session) -> Sequence[Finding]:
    """Requests that were answered while no approval of exactly their content is there."""
    numbers = session.scalars(select(REQUESTS.c.number).where(unsigned()).order_by(REQUESTS.c.number).limit(MOST))
    return [Finding(_("%(number)s was answered without the signature for it.", number=each)) for each in numbers]


def not_registered(session: Session) -> Sequence[Finding]:
    """Answers for somebody outside that no entry tells of."""
    numbers = session.scalars(select(REQUESTS.c.number).where(unregistered()).order_by(REQUESTS.c.number).limit(MOST))
    return [Finding(_("What %(number)s gave for outside is not in the register.", number=each)) for each in numbers]


def changed_entries(session: Session) -> Sequence[Finding]:
    """Entries whose content is not what their digest says. Of destroyed customers the names are crossed out anew."""
    rows = session.scalars(select(Release).order_by(Release.id), execution_options=UNSCOPED)
    wrong = [release.number for release in rows if digest_of_release(release) != release.digest]
    return [
        Finding(_("%(number)s was changed in the database after it was registered.", number=each))
        for each in wrong[:MOST]
    ]


def nobody_holds(session: Session) -> Sequence[Finding]:
    """Requests that wait while there is no holding department."""
    waits = session.scalar(select(REQUESTS.c.id).where(REQUESTS.c.state == SIGNED).limit(1))
    if waits is None or holder.holding_department() is not None:
        return []
    return [Finding(_("Signed data requests wait, and no department holds the customer files: choose it."))]
