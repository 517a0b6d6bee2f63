"""What the holder does with a signed request: answers it, or declines it. Nothing is given before (CUS-09).

Every function here expects an open ``writing()``; the bytes of files were received before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import exists, update

from kezhi import Conflict, NotFound, Refused, acting_user, announce, audit_record, clock, db
from kezhi.i18n import _

from ...approvals.models import APPROVED
from ...approvals.models import Request as Approval
from ...customers.models import Customer
from ...files.services import Upload, attach
from ..models import ANSWERED, DECLINED, OUTSIDE, SIGNED, Answer, DataRequest
from ..rules import may_answer
from .approving import follow_desk
from .finding import request_by_id
from .registering import register
from .telling import tell_requester

LONGEST_TEXT, LONGEST_REASON = 20_000, 500
APPROVALS = Approval.__table__


def to_answer(request_id: int) -> DataRequest:
    """A signed request that the acting person may answer.

    Errors: ``NotFound`` for who is no member of the holding department with the right; ``Refused`` for one's own
    request, and for one that is not signed or is answered already.
    """
    user = acting_user()
    if not may_answer(user):
        raise NotFound(_("There is no such data request."))
    request = request_by_id(request_id)
    if request.requester_id == user.id:
        raise Refused(_("Nobody answers their own request: a colleague of the department does."))
    if request.state != SIGNED:
        raise Refused(_not_now(request))
    return request


def answer(
    request_id: int,
    text: str,
    expires_on: date | None,
    uploads: Sequence[Upload] = (),
    released: Mapping[str, Any] | None = None,
    customers: Sequence[Customer] = (),
) -> Answer:
    """Give what was asked for. What leaves the company is entered in the register in the same transaction.

    ``released`` are the values of that entry and ``customers`` whose data it is. Errors: as :func:`to_answer`;
    ``Refused`` with the field; ``Conflict`` when a colleague was faster.
    """
    request = to_answer(request_id)
    if not text and not uploads:
        raise Refused(_("Write an answer, or add a file."), field="text")
    if len(text) > LONGEST_TEXT:
        raise Refused(_("Write %(count)s characters at most.", count=LONGEST_TEXT), field="text")
    last_day = _last_day(request, expires_on)
    if request.destination == OUTSIDE and released is None:
        raise Refused(_("What leaves the company is entered in the register with the answer."))
    _claim(request, ANSWERED, "")
    given = Answer(
        id=request.id, text=text, answered_at=clock.now(), answered_by=acting_user().login, expires_on=last_day
    )
    db.session.add(given)
    db.session.flush()
    for upload in uploads:
        attach(upload, "releases", "answer", request.id, by_code=True)
    audit_record(
        "releases.answer", "data_request", request.id, digest=request.digest, files=[each.sha256 for each in uploads]
    )
    if request.destination == OUTSIDE:
        assert released is not None
        register(released, list(customers), request=request, taken=[_named(each) for each in uploads])
    follow_desk()
    tell_requester(request, declined=False)
    return given


def decline(request_id: int, reason: str) -> DataRequest:
    """Say why there is no answer. Errors: as :func:`to_answer`; ``Refused`` without a reason."""
    request = to_answer(request_id)
    if not reason.strip():
        raise Refused(_("Say why the request is declined."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(_("Write %(count)s characters at most.", count=LONGEST_REASON), field="reason")
    _claim(request, DECLINED, reason.strip())
    audit_record("releases.decline", "data_request", request.id)
    follow_desk()
    tell_requester(request, declined=True)
    return request


def _named(upload: Upload) -> dict[str, Any]:
    return {"name": upload.name, "sha256": upload.sha256, "size": upload.size}


def _last_day(request: DataRequest, wanted: date | None) -> date:
    today = clock.today()
    if request.until < today:
        raise Refused(
            _("It was asked for until %(day)s, which is over: decline it with that reason.", day=request.until),
            field="expires_on",
        )
    last = request.until if wanted is None else wanted
    if not today <= last <= request.until:
        raise Refused(
            _("Choose a day from today to %(day)s: for longer nobody has signed.", day=request.until),
            field="expires_on",
        )
    return last


def _claim(request: DataRequest, state: str, reason: str) -> None:
    """Take the request off the desk, once. The signature is asked for again here, where the row is locked.

    Whatever the state says: without an approval of exactly this content nothing is given.
    """
    signed = exists().where(
        APPROVALS.c.id == DataRequest.approval_id,
        APPROVALS.c.status == APPROVED,
        APPROVALS.c.digest == DataRequest.digest,
    )
    statement = (
        update(DataRequest)
        .where(DataRequest.id == request.id, DataRequest.state == SIGNED, signed)
        .values(
            state=state, reason=reason, closed_at=clock.now(), closed_by=acting_user().login,
            version=DataRequest.version + 1,
        )
    )  # fmt: skip
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    db.session.refresh(request)
    if result.rowcount != 1:
        raise Conflict(_not_now(request))
    announce(DataRequest, "update", [request.id])


def _not_now(request: DataRequest) -> str:
    if request.state in (ANSWERED, DECLINED):
        text: str = _("%(number)s is answered or declined already; nothing was changed.", number=request.number)
        return text
    missing: str = _(
        "%(number)s is not signed: nothing is given out before the requester's department manager has signed.",
        number=request.number,
    )
    return missing
