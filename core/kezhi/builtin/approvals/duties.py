"""Signing is a duty (TSK-01): what waits for somebody is shown as it stands now, nothing of it is copied."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import url_for

from kezhi import User, localised
from kezhi import lazy_gettext as _l

from ..calendar import hours as working
from ..calendar.hours import Hours, NoWorkingTime
from ..calendar.services import working_hours
from ..tasks.contributions import TaskKind, Waiting
from .models import Request, RequestStep
from .services import inbox
from .settings import due_hours
from .signers import current_step


def kinds() -> list[TaskKind]:
    """The kind of duty that approvals make."""
    return [
        TaskKind(
            "approvals.sign",
            _l("Waiting for my signature"),
            icon="pen",
            clause="APR-01",
            waiting=waiting,
            all_of_it="approvals.inbox",
        )
    ]


def waiting(user: User, limit: int) -> Sequence[Waiting]:
    """The requests that wait for a person, the longest first; due by the limit of their step in working time."""
    if not user.can("approvals.use"):
        return []
    found = inbox(user, limit)
    hours = working_hours(user.department_id) if found else None
    return [_waiting(request, hours) for request in found]


def _waiting(request: Request, hours: Hours | None) -> Waiting:
    since = waits_since(request)
    return Waiting(
        subject=localised(request.title),
        url=url_for("approvals.show", request_id=request.id),
        due_at=_due(request, since, hours) if hours is not None else None,
        since=since,
        who=request.requester_name,
        note=request.number,
    )


def waits_since(request: Request) -> datetime:
    """Since when the current step can be signed: the decision that led to it, else since it was put up."""
    place = (request.round, request.step)
    signed = [mark.at for mark in request.signatures if (mark.round, mark.position) < place]
    return max([request.submitted_at, *signed])


def limit_of(step: RequestStep) -> int:
    """Within how many hours of working time a step is to be signed, 0 for no limit."""
    return step.hours if step.hours is not None else due_hours()


def _due(request: Request, since: datetime, hours: Hours) -> datetime | None:
    limit = limit_of(current_step(request))
    try:
        return working.add(hours, since, timedelta(hours=limit)) if limit else None
    except NoWorkingTime:
        return None
