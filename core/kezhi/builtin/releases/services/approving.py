"""What the signatures do: the last one puts the request on the holder's desk, with a time for the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kezhi import Refused, acting_user, announce, audit_record, clock, db, setting
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from ...approvals.contributions import SubjectKind
from ...calendar.services import add_working_time
from ...tasks.services import sync
from .. import holder
from ..models import REJECTED, RETURNED, SIGNED, WAITING, WITHDRAWN, DataRequest
from .asking import KIND, STEPS
from .digests import digest_of_request
from .telling import tell_desk

if TYPE_CHECKING:
    from ...approvals.models import Request

OUTCOMES = {"returned": RETURNED, "rejected": REJECTED, "withdrawn": WITHDRAWN, "void": WITHDRAWN}


def subject_kind() -> SubjectKind:
    """What the approvals builtin needs to carry a data request out."""
    return SubjectKind(
        kind=KIND,
        title=_l("Data requests"),
        digest=lambda request: digest_of_request(int(request.reference)),
        apply=_sign,
        closed=_close,
        address=lambda request: f"/releases/{request.reference}",
        steps=lambda: STEPS,
    )


def _request(approval: Request) -> DataRequest:
    found: DataRequest | None = db.session.get(
        DataRequest, int(approval.reference), populate_existing=True, execution_options={"kezhi_unscoped": True}
    )
    if found is None:
        raise Refused(_("What this request is about does not exist any more."))
    return found


def _sign(approval: Request) -> None:
    """In the last signature's transaction. Errors: ``Refused`` when it is not what was signed; without holder."""
    request = _request(approval)
    if request.state != WAITING or request.digest != approval.digest:
        raise Refused(_("This is not the data request that was signed; nothing was opened."))
    place, now = holder.the_holder(), clock.now()
    hours = timedelta(hours=int(setting("releases", "answer_hours")))
    request.state, request.signed_at = SIGNED, now
    request.due_at = add_working_time(now, hours, place)
    request.version += 1
    db.session.flush()
    audit_record("releases.sign", "data_request", request.id, digest=request.digest, approval=approval.number)
    announce(DataRequest, "update", [request.id])
    follow_desk()
    tell_desk(request)


def follow_desk() -> None:
    """The tasks of the holder's manager follow at once what is signed and what is answered."""
    from ..duties import ANSWER_TASK

    sync(ANSWER_TASK)


def _close(approval: Request, outcome: str) -> None:
    request = _request(approval)
    last: Any = approval.signatures[-1] if approval.signatures else None
    request.state, request.closed_at, request.closed_by = OUTCOMES[outcome], clock.now(), acting_user().login
    request.reason = last.opinion if last is not None else ""
    request.version += 1
    db.session.flush()
    audit_record("releases.close", "data_request", request.id, outcome=outcome)
    announce(DataRequest, "update", [request.id])
