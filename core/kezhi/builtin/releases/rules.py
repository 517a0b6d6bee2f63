"""Who asks, who answers, who reads the registers, and whose answer is whose (CUS-09)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kezhi import ALL, Access, Permission, User, clock, visible_ids
from kezhi import lazy_gettext as _l

from ..approvals.models import Request
from ..customers.rules import READERS
from . import holder
from .models import ANSWERED, Answer, DataRequest, Release, ReleaseLine, RequestLine

ASK, ANSWER, REGISTER, EXPORT = "releases.ask", "releases.answer", "releases.register", "releases.export"

HOLDERS = (
    "customer-service-manager", "customer-information-officer", "customer-information-clerk", "customer-service-agent",
)  # fmt: skip
DIRECTORS = ("deputy-general-manager", "general-manager")

REQUESTS, ANSWERS, RELEASES = DataRequest.__table__.c, Answer.__table__.c, Release.__table__.c


def permissions() -> list[Permission]:
    """The rights. Signing needs none, the flow says who. Answering needs a place in the holding department too."""
    return [
        Permission(ASK, _l("Ask for customer data, and see one's own data requests"), READERS),
        Permission(ANSWER, _l("Answer data requests and release data, as a member of the department that holds it"),
                   HOLDERS),
        Permission(REGISTER, _l("See all data requests and the whole register of external releases"),
                   (*HOLDERS, *DIRECTORS)),
        Permission(EXPORT, _l("Export data requests and the register of external releases"),
                   (*HOLDERS[:2], *DIRECTORS)),
    ]  # fmt: skip


def may_answer(user: User) -> bool:
    """Whether a person gives out customer data: the right, and a place in the department that holds it."""
    return user.can(ANSWER) and holder.is_member(user)


def access() -> list[Access]:
    """Lines follow their request or release. An answer is seen by fewer people than its request."""
    request: Any = DataRequest.id
    release: Any = Release.id
    answer: Any = Answer.id
    lines: Any = RequestLine.request_id
    released: Any = ReleaseLine.release_id
    return [
        Access(DataRequest, request, request_grants, {RequestLine: lines}),
        Access(Answer, answer, answer_grants),
        Access(Release, release, release_grants, {ReleaseLine: released}),
    ]


def request_grants(user: User) -> Any:
    """All of them for the holder and the register; else one's own, and those one signs or could sign.

    The selects name the tables and not the classes: the net over all statements must not narrow them once more.
    """
    if user.can(REGISTER) or may_answer(user):
        return ALL
    found = [select(REQUESTS.id).where(REQUESTS.requester_id == user.id)]
    signed = visible_ids(Request, user)
    if signed is not None:
        found.append(select(REQUESTS.id).where(REQUESTS.approval_id.in_(signed)))
    return found


def answer_grants(user: User) -> Any:
    """The holder sees what was given. Who asked sees it while it is open; nobody else, whatever their rights."""
    if may_answer(user):
        return ALL
    mine = (
        select(ANSWERS.id)
        .join(DataRequest.__table__, REQUESTS.id == ANSWERS.id)
        .where(
            REQUESTS.requester_id == user.id,
            REQUESTS.state == ANSWERED,
            ANSWERS.expires_on >= clock.today(),
            ANSWERS.erased == "",
        )
    )
    return [mine]


def release_grants(user: User) -> Any:
    """The whole register, or what left the company upon one's own requests."""
    if user.can(REGISTER) or may_answer(user):
        return ALL
    mine = select(REQUESTS.id).where(REQUESTS.requester_id == user.id)
    return [select(RELEASES.id).where(RELEASES.request_id.in_(mine))]
