"""Whom it concerns is told: the holder of a signed request, who asked of the answer (TSK-02)."""

from __future__ import annotations

from flask import url_for

from kezhi import lazy_gettext as _l

from ...tasks.contributions import About, NoticeKind
from ...tasks.services import notify
from .. import holder
from ..models import DataRequest
from ..rules import ANSWER, ASK

DESK, ANSWERED = "releases.desk", "releases.answered"


def notice_kinds() -> list[NoticeKind]:
    """The kinds of notices that this builtin sends."""
    return [
        NoticeKind(DESK, _l("A signed data request waits for our answer"), page=_page, icon="inbox",
                   model=DataRequest, permission=ANSWER),
        NoticeKind(ANSWERED, _l("My data request was answered or declined"), page=_page, icon="envelope-open",
                   model=DataRequest, permission=ASK),
    ]  # fmt: skip


def _page(reference: str) -> str:
    return url_for("releases.show", request_id=int(reference))


def tell_desk(request: DataRequest) -> None:
    """Those who can answer learn that a request was signed."""
    text = _l("Data request %(number)s was signed and waits for your department's answer", number=request.number)
    notify(DESK, [each for each in holder.members(ANSWER) if each != request.requester_id], text, _about(request))


def tell_requester(request: DataRequest, *, declined: bool) -> None:
    """Who asked learns of the answer, or that there will be none."""
    if declined:
        text = _l("Your data request %(number)s was declined", number=request.number)
    else:
        text = _l("Your data request %(number)s was answered", number=request.number)
    notify(ANSWERED, [request.requester_id], text, _about(request))


def _about(request: DataRequest) -> About:
    return About(request.number, str(request.id), request.id)
