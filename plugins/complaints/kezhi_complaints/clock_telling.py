"""Who is told what about clocks: the handler is warned, and hears with the leader when time has run out (CMP-12)."""

from __future__ import annotations

from typing import Any

from flask import url_for

from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.services import users_with_role

from .access import READ
from .clock_words import CLOCK_WORDS
from .models import Complaint
from .services.clocks import Lap

WARNING, OUT = "complaints.clock_warning", "complaints.clock_out"
#: who is warned about what nobody has
NOBODYS = "customer-service-manager"


def clock_notice_kinds() -> list[Any]:
    """The notices about clocks; both go out at once unless a person wants them otherwise: half an hour is short."""
    from kezhi.builtin.tasks.contributions import NoticeKind

    return [
        NoticeKind(WARNING, _l("The time of a complaint is running out"), _page, "stopwatch", model=Complaint,
                   permission=READ, mail="now"),
        NoticeKind(OUT, _l("The time of a complaint has run out"), _page, "exclamation-octagon", model=Complaint,
                   permission=READ, mail="now"),
    ]  # fmt: skip


def _page(reference: str) -> str:
    return url_for("complaints.show", complaint_id=int(reference))


def tell_warning(complaint: Complaint, lap: Lap) -> int:
    """Warn whoever has the complaint; how many are told."""
    text = _l("A complaint waits for “%(clock)s”: its time is running out", clock=CLOCK_WORDS[lap.kind])
    return _tell(WARNING, complaint, text, _people(complaint))


def tell_out(complaint: Complaint, lap: Lap, leader: int | None) -> int:
    """Tell whoever has the complaint, and the leader it goes up to; how many are told."""
    text = _l("“%(clock)s” of a complaint is overdue: it goes up to the leader", clock=CLOCK_WORDS[lap.kind])
    return _tell(OUT, complaint, text, {*_people(complaint), *([leader] if leader is not None else [])})


def _people(complaint: Complaint) -> set[int]:
    person = complaint.handler_id or complaint.received_by_id
    people = {person} if person is not None else {account.id for account in users_with_role(NOBODYS)}
    return {each for each in people if each is not None and each != complaint.accused_id}


def _tell(kind: str, complaint: Complaint, text: Any, people: set[int]) -> int:
    from kezhi.builtin.tasks.contributions import About
    from kezhi.builtin.tasks.services import notify

    return notify(kind, people, text, About(complaint.number, str(complaint.id), complaint.id))
