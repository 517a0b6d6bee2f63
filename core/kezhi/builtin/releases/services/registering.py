"""The register of external releases: what left the company, entered once and never changed (CUS-09).

Every function here expects an open ``writing()``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, NotFound, Refused, acting_user, announce, audit_record, clock, db
from kezhi.i18n import _

from ...customers.models import Customer
from ...documents.services import issue_by_number
from ...files.services import Upload, attach
from ..models import DataRequest, Release, ReleaseLine
from ..rules import may_answer
from .digests import digest_of_release
from .finding import release_by_id, successor_of
from .numbering import RELEASES, next_number

LONGEST = {
    "organisation": 200, "person": 80, "contact": 200, "purpose": 500, "content": 2000, "edition": 120,
    "correction": 500,
}  # fmt: skip


def register(
    values: Mapping[str, Any],
    customers: Sequence[Customer],
    *,
    request: DataRequest | None = None,
    taken: Sequence[Mapping[str, Any]] = (),
    uploads: Sequence[Upload] = (),
    supersedes: Release | None = None,
) -> Release:
    """Enter a release. ``taken`` are files of the answer, ``uploads`` a copy that is kept with the entry.

    ``values``: organisation, person, contact, purpose, content, edition, released_on, correction. Errors: ``NotFound``
    for who is no member of the holding department with the right; ``Refused`` with the field.
    """
    user = acting_user()
    if not may_answer(user):
        raise NotFound(_("There is no such release."))
    found = _checked(values, supersedes)
    if request is not None and request.signed_at is not None:
        _check_after(found["released_on"], clock.local(request.signed_at).date())
    of_files = [{"name": each.name, "sha256": each.sha256, "size": each.size} for each in uploads]
    all_taken = [*(dict(each) for each in taken), *of_files, *_document(found["edition"])]
    if not found["edition"] and not all_taken:
        raise Refused(
            _("Say which version was given: a document's number or a state, or add the file."), field="edition"
        )
    release = Release(
        **found,
        number=next_number(RELEASES),
        request_id=None if request is None else request.id,
        supersedes_id=None if supersedes is None else supersedes.id,
        taken=all_taken,
        released_by=user.login,
        registered_at=clock.now(),
        digest="",
        crossed="",
    )
    try:
        with db.session.begin_nested():
            db.session.add(release)
    except IntegrityError:
        raise _superseded_already() from None
    _keep_lines(release.id, customers)
    release.digest = digest_of_release(release)
    db.session.flush()
    for upload in uploads:
        attach(upload, "releases", "release", release.id, by_code=True)
    announce(Release, "create", [release.id])
    audit_record(
        "releases.register", "release", release.id, number=release.number, digest=release.digest,
        request=release.request_id, supersedes=release.supersedes_id,
    )  # fmt: skip
    return release


def correct(
    release_id: int, values: Mapping[str, Any], customers: Sequence[Customer], uploads: Sequence[Upload] = ()
) -> Release:
    """Put an entry right by a new one that takes its place; the wrong one stays. ``values["correction"]`` says why.

    Errors: as :func:`register`; ``Conflict`` for an entry that was put right already.
    """
    if not may_answer(acting_user()):
        raise NotFound(_("There is no such release."))
    wrong = release_by_id(release_id)
    if successor_of(wrong) is not None:
        raise _superseded_already()
    request = None
    if wrong.request_id is not None:
        request = db.session.get(DataRequest, wrong.request_id)
    kept = [] if uploads else wrong.taken
    return register(values, customers, request=request, taken=kept, uploads=uploads, supersedes=wrong)


def _superseded_already() -> Conflict:
    return Conflict(_("This entry was put right already: open the one that took its place."))


def _checked(values: Mapping[str, Any], supersedes: Release | None) -> dict[str, Any]:
    found: dict[str, Any] = {name: str(values.get(name) or "").strip() for name in LONGEST}
    for name, most in LONGEST.items():
        if len(found[name]) > most:
            raise Refused(_("Write %(count)s characters at most.", count=most), field=name)
    needed = {
        "organisation": _("Say which organisation got it."),
        "purpose": _("Say what it was given for."),
        "content": _("Say what was given."),
    }
    for name, message in needed.items():
        if not found[name]:
            raise Refused(message, field=name)
    if supersedes is None:
        found["correction"] = ""
    elif not found["correction"]:
        raise Refused(_("Say what was wrong."), field="correction")
    day = values.get("released_on") or clock.today()
    assert isinstance(day, date)
    if day > clock.today():
        raise Refused(_("The day lies ahead: a release is entered when it has left."), field="released_on")
    return {**found, "released_on": day}


def _check_after(day: date, first: date) -> None:
    if day < first:
        raise Refused(
            _("The request was signed on %(day)s: nothing may have left before.", day=first.isoformat()),
            field="released_on",
        )


def _document(edition: str) -> list[dict[str, Any]]:
    """The issued document that the version names, with its digest, if there is one that the user sees."""
    try:
        issue = issue_by_number(edition) if edition else None
    except NotFound:
        return []
    return [] if issue is None else [{"name": issue.number, "sha256": issue.sha256, "size": issue.size}]


def _keep_lines(release_id: int, customers: Sequence[Customer]) -> None:
    rows = [
        {"release_id": release_id, "customer_id": each.id, "code": each.code or each.prospect_number or ""}
        for each in customers
    ]
    if rows:
        db.session.execute(insert(ReleaseLine), rows)
