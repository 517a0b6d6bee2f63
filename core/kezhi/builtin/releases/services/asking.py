"""Asking the holder for data, and asking again after the request came back (CUS-09)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, insert, update

from kezhi import Conflict, NotFound, Refused, acting_user, announce, audit_record, can, clock, db, setting, writing
from kezhi import lazy_gettext as _l
from kezhi.i18n import _, in_both_languages

from ...approvals.contributions import Proposal, Step
from ...approvals.services import propose
from ...customers.models import Customer
from .. import holder
from ..models import KINDS, OUTSIDE, RETURNED, WAITING, DataRequest, RequestLine
from ..rules import ASK
from ..words import DESTINATIONS
from ..words import KINDS as KIND_NAMES
from .digests import digest_of_request
from .finding import request_by_id
from .numbering import REQUESTS, next_number

KIND = "releases.request"
#: the department manager of who asks; a manager's own request goes to the manager above
STEPS = (Step({"zh": "申请人部门经理签署", "en": "Signature of the requester's department manager"}, manager_level=1),)
LONGEST = {"scope": 1000, "purpose": 500, "recipient": 200}
QUIET = {"synchronize_session": False}


def ask(values: Mapping[str, Any], customers: list[Customer]) -> DataRequest:
    """Put a data request up in the acting person's name; it waits for the department manager's signature.

    ``values``: kind, scope, purpose, until, destination, recipient. Errors: ``Refused`` with the field; also where
    nobody holds the files, or nobody can sign.
    """
    user = acting_user()
    if user.id is None or not can(ASK):
        raise NotFound(_("There is no such data request."))
    with writing():
        holder.the_holder()
        request = DataRequest(
            **checked(values, customers),
            number=next_number(REQUESTS),
            digest="",
            requester_id=user.id,
            department_id=user.department_id,
            asked_at=clock.now(),
            state=WAITING,
        )
        db.session.add(request)
        db.session.flush()
        _keep_lines(request.id, customers)
        _put_up(request, customers)
        announce(DataRequest, "create", [request.id])
        audit_record("releases.ask", "data_request", request.id, kind=request.kind, digest=request.digest)
        return request


def ask_again(request_id: int, version: int, values: Mapping[str, Any], customers: list[Customer]) -> DataRequest:
    """Change a request that was sent back to its maker, and put it up anew under its number.

    Errors: ``NotFound`` for that of somebody else; ``Conflict`` when it is not sent back, or was sent meanwhile.
    """
    user = acting_user()
    with writing():
        request = request_by_id(request_id)
        if request.requester_id != user.id:
            raise NotFound(_("There is no such data request."))
        wanted = {**checked(values, customers), "state": WAITING, "reason": "", "closed_at": None, "closed_by": ""}
        statement = update(DataRequest).where(
            DataRequest.id == request_id, DataRequest.state == RETURNED, DataRequest.version == version
        )
        result: Any = db.session.execute(statement.values(**wanted, version=version + 1), execution_options=QUIET)
        if result.rowcount != 1:
            raise Conflict(_("This request is not waiting to be sent again; look at how it stands."))
        db.session.refresh(request)
        db.session.execute(delete(RequestLine).where(RequestLine.request_id == request_id), execution_options=QUIET)
        _keep_lines(request_id, customers)
        _put_up(request, customers)
        announce(DataRequest, "update", [request_id])
        audit_record("releases.ask_again", "data_request", request_id, digest=request.digest)
        return request


def checked(values: Mapping[str, Any], customers: list[Customer]) -> dict[str, Any]:
    """The values of a request as they are stored. Errors: ``Refused`` with the field."""
    found = {name: str(values.get(name) or "").strip() for name in ("kind", "destination", *LONGEST)}
    if found["kind"] not in KINDS:
        raise Refused(_("Choose what you need."), field="kind")
    if found["destination"] not in DESTINATIONS:
        raise Refused(_("Say whether it leaves the company."), field="destination")
    for name, most in LONGEST.items():
        if len(found[name]) > most:
            raise Refused(_("Write %(count)s characters at most.", count=most), field=name)
    if not customers and not found["scope"]:
        raise Refused(_("Name the customers, or describe whose data you need."), field="scope")
    if not found["purpose"]:
        raise Refused(_("Say what you need it for: your manager signs for that."), field="purpose")
    if found["destination"] == OUTSIDE and not found["recipient"]:
        raise Refused(_("Say which organisation gets it."), field="recipient")
    if found["destination"] != OUTSIDE:
        found["recipient"] = ""
    return {**found, "until": _until(values.get("until"))}


def _until(until: date | None) -> date:
    today = clock.today()
    last = today + timedelta(days=int(setting("releases", "longest_days")))
    if until is None or until < today:
        raise Refused(_("Say until which day you need it: today or later."), field="until")
    if until > last:
        raise Refused(_("An answer can be looked at until %(day)s at most.", day=last.isoformat()), field="until")
    return until


def _keep_lines(request_id: int, customers: list[Customer]) -> None:
    rows = [
        {"request_id": request_id, "customer_id": each.id, "code": each.code or each.prospect_number or ""}
        for each in customers
    ]
    if rows:
        db.session.execute(insert(RequestLine), rows)


def _put_up(request: DataRequest, customers: list[Customer]) -> None:
    request.digest = digest_of_request(request.id)
    db.session.flush()
    found = propose(_proposal(request, customers))
    request.approval_id, request.approval_number = found.id, found.number
    db.session.flush()


def _proposal(request: DataRequest, customers: list[Customer]) -> Proposal:
    facts: list[tuple[Any, Any]] = [
        (_l("Kind of data"), KIND_NAMES[request.kind]),
        (_l("Purpose"), request.purpose),
        (_l("Needed until"), request.until.isoformat()),
        (_l("Where it goes"), DESTINATIONS[request.destination]),
    ]
    if request.recipient:
        facts.append((_l("Recipient outside"), request.recipient))
    if request.scope:
        facts.append((_l("Whose data, in words"), request.scope))
    for each in customers:
        facts.append((_l("Customer"), f"{each.code or each.prospect_number} {each.name}"))
    shown = [
        [in_both_languages(label), value if isinstance(value, str) else in_both_languages(value)]
        for label, value in facts
    ]
    return Proposal(
        kind=KIND,
        reference=str(request.id),
        title=in_both_languages(_l("Data request %(number)s", number=request.number)),
        digest=request.digest,
        snapshot={"facts": shown, "links": [[in_both_languages(_l("Data request")), f"/releases/{request.id}"]]},
    )
