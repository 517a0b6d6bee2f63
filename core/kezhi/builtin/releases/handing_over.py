"""The open data requests of a leaver, for the builtin of hand-overs (ORG-01, CUS-09).

What was signed was signed for the person who asked: whoever takes a request over has it back to change it, and their
own department's manager signs it anew. Answers that were given stay with who asked, until their last day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select, update

from kezhi import acting_user, announce, audit_record, clock, db, visible
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from ..accounts.models import Account
from ..approvals.services import void
from ..handover.contributions import HandOver, Name
from .models import RETURNED, SIGNED, WAITING, DataRequest
from .rules import ASK
from .services.approving import follow_desk
from .services.asking import KIND

asked: Any = DataRequest.__table__
people: Any = Account.__table__
OPEN = (WAITING, SIGNED, RETURNED)


def hand_overs() -> list[HandOver]:
    """What is neither answered nor ended."""
    return [
        HandOver(
            "releases.requests", _l("Open data requests"), items, names, move, icon="file-earmark-person", order=45,
            accepts=lambda user: user.can(ASK),
            note=_l("They come back to the receiver to be changed and signed anew: a signature is for who asked."),
        )
    ]  # fmt: skip


def items(person: int) -> Select[Any]:
    mine = (asked.c.requester_id == person, asked.c.state.in_(OPEN))
    return select(asked.c.id.label("record_id"), asked.c.number.label("label")).where(*mine)


def names(ids: Sequence[int]) -> Mapping[int, Name]:
    found = db.session.scalars(visible(DataRequest).where(DataRequest.id.in_(ids)))
    return {each.id: Name(each.number, "releases.show", {"request_id": each.id}) for each in found}


def move(person: int, to: int, ids: Select[Any]) -> list[tuple[Any, int]]:
    """One approval is ended for each request that waits for a signature; the rest is one statement."""
    chosen = sorted(db.session.scalars(ids))
    if not chosen:
        return []
    reason = str(_("Handed over"))
    mine = asked.c.id.in_(ids)
    for reference in list(db.session.scalars(select(asked.c.id).where(mine, asked.c.state == WAITING))):
        void(KIND, str(reference), reason)
    place = select(people.c.department_id).where(people.c.id == to).scalar_subquery()
    given = update(asked).where(mine, asked.c.requester_id == person, asked.c.state.in_(OPEN))
    given = given.values(
        requester_id=to, department_id=place, state=RETURNED, signed_at=None, due_at=None, closed_at=clock.now(),
        closed_by=acting_user().login, reason=reason, version=asked.c.version + 1,
    )  # fmt: skip
    db.session.execute(given)
    db.session.expire_all()
    audit_record("releases.hand_over", "user", person, to=to, count=len(chosen))
    announce(DataRequest, "update", chosen)
    follow_desk()
    return []
