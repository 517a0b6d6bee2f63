"""What requests and releases tell on the timeline of a customer (CUS-05, CUS-09)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from flask import url_for
from sqlalchemy import case, select

from kezhi import TimelineEntry, User, db, visible
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from ..accounts.models import Account
from ..accounts.services import names_of_logins
from ..customers.models import Customer
from ..timeline.contributions import Source
from .models import ANSWERED, DECLINED, DataRequest, Release, ReleaseLine, RequestLine
from .rules import ASK
from .words import KINDS

ASKED, GIVEN = RequestLine.__table__.c, ReleaseLine.__table__.c


def sources(record: Any, user: User) -> list[Source]:
    """Who asked for a customer's data, what became of it, and what left the company. Only what the user sees of it."""
    if not isinstance(record, Customer) or not user.can(ASK):
        return []
    return [
        Source("releases.request", _l("Data requests"), partial(_requests, record.id), order=70),
        Source("releases.release", _l("External releases"), partial(_releases, record.id), order=71),
    ]


def _requests(customer_id: int, until: datetime | None, limit: int) -> Sequence[TimelineEntry]:
    """What was asked for, and how each request ended. Two statements: of the newest ``limit`` by the later of the two
    instants are the newest ``limit`` entries.
    """
    of_customer = select(ASKED.request_id).where(ASKED.customer_id == customer_id)
    over = DataRequest.state.in_((ANSWERED, DECLINED)) & DataRequest.closed_at.is_not(None)
    statement = visible(DataRequest).join(Account, Account.id == DataRequest.requester_id).add_columns(Account.name)
    statement = statement.where(DataRequest.id.in_(of_customer))
    if until is not None:
        statement, over = statement.where(DataRequest.asked_at <= until), over & (DataRequest.closed_at <= until)
    told_last = case((over, DataRequest.closed_at), else_=DataRequest.asked_at)
    found = db.session.execute(statement.order_by(told_last.desc(), DataRequest.id.desc()).limit(limit)).all()
    ended = [request for request, _name in found if request.state in (ANSWERED, DECLINED) and request.closed_at]
    ended = [each for each in ended if until is None or each.closed_at <= until]
    closers = names_of_logins({request.closed_by for request in ended})
    entries = [_asked(request, name) for request, name in found]
    entries += [_ended(request, closers.get(request.closed_by, request.closed_by)) for request in ended]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]


def _asked(request: DataRequest, who: str) -> TimelineEntry:
    return TimelineEntry(
        at=request.asked_at,
        title=_("Data asked for: %(number)s", number=request.number),
        who=who,
        icon="file-earmark-person",
        tone="blue",
        text=" · ".join((str(KINDS[request.kind]), request.purpose)),
        url=url_for("releases.show", request_id=request.id),
    )


def _ended(request: DataRequest, who: str) -> TimelineEntry:
    answered = request.state == ANSWERED
    number = request.number
    return TimelineEntry(
        at=request.closed_at or request.asked_at,
        title=_("Data request answered: %(number)s", number=number) if answered
        else _("Data request declined: %(number)s", number=number),
        who=who,
        icon="envelope-open" if answered else "x-circle",
        tone="green" if answered else "orange",
        text=request.reason,
        url=url_for("releases.show", request_id=request.id),
    )  # fmt: skip


def _releases(customer_id: int, until: datetime | None, limit: int) -> Sequence[TimelineEntry]:
    statement = visible(Release).where(Release.id.in_(select(GIVEN.release_id).where(GIVEN.customer_id == customer_id)))
    if until is not None:
        statement = statement.where(Release.registered_at <= until)
    statement = statement.order_by(Release.registered_at.desc(), Release.id.desc()).limit(limit)
    found = db.session.scalars(statement).all()
    names = names_of_logins({release.released_by for release in found})
    return [
        TimelineEntry(
            at=release.registered_at,
            title=_("Left the company: %(number)s", number=release.number),
            who=names.get(release.released_by, release.released_by),
            icon="box-arrow-up-right",
            tone="orange",
            text=" · ".join((release.organisation, release.content)),
            url=url_for("releases.release", release_id=release.id),
        )
        for release in found
    ]
