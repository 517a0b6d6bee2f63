"""Issuing: a number without gap or double, printed on the document, in one transaction with its bytes' row."""

from __future__ import annotations

from kezhi import Conflict, acting_user, announce, audit_record, db, writing
from kezhi.forms import once, remember
from kezhi.i18n import _
from kezhi.numbers import last_number, next_numbers

from ...files import services as files
from ..models import Issue
from .making import MEDIA, Plan, numbered, plan, render

ATTEMPTS = 60
LONGEST_HOLDER = 120


class _Overtaken(Exception):
    """Somebody else took the number that is printed on the document."""


def issue(key: str, record_id: int, format_: str, variant: str = "", *, holder: str = "", submission: str = "") -> int:
    """Make a document, number it, keep its bytes; answers its id. ``submission`` counts once, as in ``submit_once``.

    The number is part of the document and rendering takes time, so the next number is looked at first, printed, and
    taken in the writing transaction; whoever finds it taken renders again. Errors: ``NotFound``, ``Refused``.
    """
    made = plan(key, record_id, variant)
    user = acting_user()
    holder = (holder.strip() or user.name)[:LONGEST_HOLDER]
    sequence = f"{made.kind.prefix}-{made.day.year}"
    for _attempt in range(ATTEMPTS):
        place = last_number(_row(sequence)) + 1
        db.session.rollback()
        final = numbered(made, f"{sequence}-{place:04d}", user.name, holder)
        body = render(final, format_)  # type: ignore[arg-type]
        upload = files.receive_bytes(body, f"{final.number}.{format_}", MEDIA[format_])
        try:
            with writing():
                done = once(submission)
                if done is None:
                    if next_numbers(_row(sequence))[0] != place:
                        raise _Overtaken
                    issue_id = _store(final, sequence, place, format_, upload)
                    remember(submission, str(issue_id))
        except _Overtaken:
            files.drop(upload)
            continue
        if done is not None:
            files.drop(upload)
            return int(done)
        return issue_id
    raise Conflict(_("Many documents are being issued at the same moment. Try again."))


def _row(sequence: str) -> str:
    """The number row of a sequence."""
    return f"documents.{sequence}"


def _store(final: Plan, sequence: str, place: int, format_: str, upload: files.Upload) -> int:
    own = final.kind.is_about_customer
    row = Issue(
        number=final.number,
        sequence=sequence,
        place=place,
        kind=final.kind.key,
        title=final.titles,
        subject=final.content.subject,
        record_id=None if own else final.record_id,
        customer_id=final.record_id if own else None,
        variant=final.variant,
        format=format_,
        sha256=upload.sha256,
        size=upload.size,
        holder=final.holder,
        keep_until=final.keep_until,
        issued_at=final.at,
        issued_by=acting_user().login,
    )
    db.session.add(row)
    db.session.flush()
    file = files.attach(upload, "documents", "issue", row.id, customer_id=row.customer_id, by_code=True)
    row.file_id = file.id
    db.session.flush()
    facts = {"kind": row.kind, "format": format_, "variant": row.variant, "sha256": row.sha256, "size": row.size}
    audit_record("document.issue", "document", row.id, number=row.number, **facts)
    announce(Issue, "create", [row.id])
    return int(row.id)
