"""What the lists, the page of a request, that of a release, and the page of a customer show."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for
from sqlalchemy import select

from kezhi import ListView, Panel, User, acting_user, db, localised, visible
from kezhi import lazy_gettext as _l
from kezhi.cells import address_of

from ..accounts.models import Account, Department
from ..accounts.services import names_of_logins
from ..approvals.addresses import address_of_request
from ..approvals.models import Request as Approval
from ..customers.models import Customer
from ..files.pages import icon_of, size_text
from ..files.services import files_of
from . import holder, services
from .columns import release_columns, request_columns
from .models import ANSWERED, DECLINED, RETURNED, SIGNED, WAITING, DataRequest, Release, ReleaseLine, RequestLine
from .rules import ASK, EXPORT, REGISTER, may_answer
from .states import state_of
from .words import DESTINATIONS, EXPIRED, KINDS, STATES, SUPERSEDED, TONES, VALID
from .words import RELEASE_STATES as ENTRY_STATES
from .words import RELEASE_TONES as ENTRY_TONES

LATEST = 4  #: requests, and releases, in a customer's panel


def request_list() -> ListView:
    """Data requests: one's own, those one signs, or all of them; the newest first."""
    row: Any = DataRequest
    return ListView(
        name="releases",
        model=DataRequest,
        columns=request_columns(),
        order=("asked_at", "desc"),
        search=[row.number, row.purpose],
        search_hint=_l("Number or purpose"),
        link=lambda found: address_of("releases.show", request_id=found.id),
        title=_l("Data requests"),
        kind=_l("data requests"),
        export_permission=EXPORT,
    )


def release_list() -> ListView:
    """The register of external releases, the newest first."""
    row: Any = Release
    return ListView(
        name="releases_register",
        model=Release,
        columns=release_columns(),
        order=("released_on", "desc"),
        search=[row.number, row.organisation, row.content],
        search_hint=_l("Number, recipient or content"),
        link=lambda found: address_of("releases.release", release_id=found.id),
        title=_l("Register of external releases"),
        kind=_l("releases"),
        export_permission=EXPORT,
    )


def request_page(request: DataRequest) -> dict[str, Any]:
    """Everything the page of a request shows. The answer only for who may look at it now."""
    user = acting_user()
    given = services.answer_of(request.id)
    may = may_answer(user)
    expires_on = given.expires_on if given is not None else request.until
    state = state_of(request, expires_on)
    if request.state == ANSWERED and given is None:
        state = EXPIRED if request.requester_id == user.id else ANSWERED
    names = names_of_logins({request.closed_by, given.answered_by if given else ""} - {""})
    requester = db.session.scalar(select(Account.name).where(Account.id == request.requester_id)) or ""
    place = db.session.scalar(select(Department.name).where(Department.id == request.department_id)) or ""
    shows_files = given is not None and "files" in current_app.extensions["kezhi"].plugins
    return {
        "asked": request,
        "state": STATES[state],
        "tone": TONES[state],
        "is_late": state == "late",
        "kind": KINDS[request.kind],
        "use": DESTINATIONS[request.destination],
        "customers": services.customers_of(RequestLine, request.id),
        "requester": requester,
        "department": place,
        "mine": request.requester_id == user.id,
        "waits": request.state == WAITING,
        "signed": request.state == SIGNED,
        "answered": request.state == ANSWERED,
        "declined": request.state == DECLINED,
        "signers": _signers(request),
        "holder": holder.holder_name(),
        "approval_url": address_of_request(request.approval_id),
        "answer": given,
        "files": files_of("releases", "answer", request.id) if shows_files else [],
        "answered_by": names.get(given.answered_by, given.answered_by) if given else "",
        "closed_by": names.get(request.closed_by, request.closed_by),
        "may_answer": may and request.state == SIGNED and request.requester_id != user.id,
        "may_ask_again": request.state == RETURNED and request.requester_id == user.id and user.can(ASK),
        "releases": services.releases_of(request.id),
        "icon_of": icon_of,
        "size_text": size_text,
    }


def _signers(request: DataRequest) -> list[tuple[str, str, Any]]:
    """Who signed the present round: title of the step, name, instant. Kept by the approvals, asked of them."""
    approval = db.session.get(Approval, request.approval_id, execution_options={"kezhi_unscoped": True}) \
        if request.approval_id is not None else None  # fmt: skip
    if approval is None:
        return []
    titles = {step.position: step.title for step in approval.steps if step.round == approval.round}
    return [
        (str(localised(titles.get(mark.position, {}))), mark.user_name, mark.at)
        for mark in approval.signatures
        if mark.round == approval.round and mark.decision == "approve"
    ]


def release_page(release: Release) -> dict[str, Any]:
    """Everything the page of an entry of the register shows."""
    later = services.successor_of(release)
    names = names_of_logins({release.released_by})
    request = None
    if release.request_id is not None:
        request = db.session.scalars(visible(DataRequest).where(DataRequest.id == release.request_id)).one_or_none()
    former = None
    if release.supersedes_id is not None:
        former = db.session.scalars(visible(Release).where(Release.id == release.supersedes_id)).one_or_none()
    state = VALID if later is None else SUPERSEDED
    may = may_answer(acting_user())
    return {
        "release": release,
        "state": ENTRY_STATES[state],
        "tone": ENTRY_TONES[state],
        "later": later,
        "former": former,
        "asked": request,
        "customers": services.customers_of(ReleaseLine, release.id),
        "released_by": names.get(release.released_by, release.released_by),
        "may_correct": may and later is None,
        "can_register": acting_user().can(REGISTER),
        "files": files_of("releases", "release", release.id) if may else [],
        "icon_of": icon_of,
        "size_text": size_text,
    }


def actions(model: type) -> list[Any]:
    """Asking for the data of several customers, in any list of them."""
    from ..lists.contributions import BulkAction

    if model is not Customer:
        return []
    return [BulkAction("releases.ask", _l("Ask for data…"), "releases.ask_chosen", "file-earmark-person", ASK)]


def customer_panels(record: Any, user: User) -> list[Panel]:
    """What was asked for of a customer and what left the company, and where to ask. Two statements."""
    if not isinstance(record, Customer) or not user.can(ASK):
        return []
    code = record.code or record.prospect_number or ""
    asked, given = RequestLine.__table__.c, ReleaseLine.__table__.c
    requests = visible(DataRequest).where(
        DataRequest.id.in_(select(asked.request_id).where(asked.customer_id == record.id))
    )
    releases = visible(Release).where(Release.id.in_(select(given.release_id).where(given.customer_id == record.id)))

    def context() -> dict[str, Any]:
        return {
            "requests": db.session.scalars(requests.order_by(DataRequest.id.desc()).limit(LATEST)).all(),
            "releases": db.session.scalars(releases.order_by(Release.id.desc()).limit(LATEST)).all(),
            "kinds": KINDS,
            "states": STATES,
            "tones": TONES,
        }

    return [
        Panel(
            _l("Data requests"),
            "releases/panel.html",
            context,
            icon="file-earmark-person",
            link=url_for("releases.new", customer=code),
            link_text=_l("Ask for data"),
            order=97,
            half=True,
            tab="keeping",
        )
    ]
