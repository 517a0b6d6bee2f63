"""Invariants of approvals that ``kezhi doctor`` verifies: no state without its approvals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from kezhi import Check, Finding
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from .flows.checking import errors_of
from .flows.following import newest_of_all, steps_of
from .models import APPROVED, GIVEN_AWAY, PENDING, Request
from .signers import may_sign_twice, round_steps, step_seats, step_signatures
from .subjects import all_subjects


def checks() -> list[Check]:
    """The checks of this builtin."""
    return [
        Check("approvals.signatures", _l("Approved requests have all their signatures"), unsigned),
        Check("approvals.open", _l("One open request per subject"), doubled),
        Check("approvals.flows", _l("Approval flows can be followed"), unsound),
    ]


def unsigned(session: Session) -> list[Finding]:
    """Approved requests that their signatures do not bear out: missing, by the maker, doubled, for other content."""
    statement = select(Request).where(Request.status == APPROVED).order_by(Request.id)
    statement = statement.options(
        selectinload(Request.steps), selectinload(Request.signatures), selectinload(Request.seats)
    )
    findings = []
    for request in session.scalars(statement.execution_options(yield_per=500)):
        findings += [Finding(text) for text in _faults(request)]
    return findings


def _faults(request: Request) -> Iterator[str]:
    people: Counter[int] = Counter()
    for step in round_steps(request):
        marks = step_signatures(request, step)
        for mark in marks:
            if mark.user_id == request.requester_id or mark.user_login == request.requester_login:
                yield _("%(number)s was signed by the person who put it up.", number=request.number)
            elif mark.digest != request.digest:
                yield _(
                    "%(number)s: the signature of step %(step)d is for other content.",
                    number=request.number,
                    step=step.position,
                )
        signed = [mark for mark in marks if mark.decision == "approve" and mark.user_id is not None]
        needed = step.needs + sum(seat.extra and seat.state != GIVEN_AWAY for seat in step_seats(request, step))
        if len(signed) < needed or len(signed) != len(marks):
            yield _(
                "%(number)s is approved, but step %(step)d is not signed.", number=request.number, step=step.position
            )
        people.update({each for mark in signed for each in (mark.user_id, mark.for_id) if each is not None})
    if not may_sign_twice() and any(count > 1 for count in people.values()):
        yield _("%(number)s was signed twice by one person.", number=request.number)


def doubled(session: Session) -> list[Finding]:
    """Subjects with more than one open request."""
    statement = (
        select(Request.kind, Request.reference, func.count())
        .where(Request.status == PENDING)
        .group_by(Request.kind, Request.reference)
        .having(func.count() > 1)
    )
    return [
        Finding(_("“%(kind)s” %(reference)s has %(count)d open requests.", kind=kind, reference=reference, count=count))
        for kind, reference, count in session.execute(statement)
    ]


def unsound(session: Session) -> list[Finding]:
    """Flows in force with a step that nobody named can sign any more, or that one person would have to sign twice."""
    kept, found = newest_of_all(), []
    for _app, subject in all_subjects():
        row = kept.get(subject.kind)
        if row is None or row.shipped:
            continue
        for problem in errors_of(subject.kind, [each.step for each in steps_of(row)]):
            text = _("Flow of “%(kind)s”, version %(version)s: %(problem)s", kind=subject.kind, version=row.version,
                     problem=problem)  # fmt: skip
            found.append(Finding(text))
    return found
