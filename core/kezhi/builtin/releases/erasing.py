"""Destroyed customers leave requests and the register without contents and names; what happened stays (CUS-10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select

from kezhi import announce, audit_record, db
from kezhi import lazy_gettext as _l

from ..files.models import Blob, File, Version
from ..files.services import destroy_blob
from .models import Answer, Release, ReleaseLine, RequestLine
from .services.digests import digest_of_release

UNSCOPED = {"kezhi_unscoped": True}
QUIET = {**UNSCOPED, "synchronize_session": False}
RELEASES = Release.__table__
#: texts of an entry that may name somebody
TEXTS = ("organisation", "purpose", "content", "edition", "correction")


def places() -> list[Any]:
    """Answers and copies of what was given, and the texts of the register."""
    from ..destruction.contributions import Place

    return [Place("releases.given", _l("Answers to data requests and external releases"), erase=_erase,
                  covers=(RELEASES.name,))]  # fmt: skip


def _erase(subject: Any) -> Mapping[str, int]:
    asked, given = RequestLine.__table__.c, ReleaseLine.__table__.c
    answers = list(
        db.session.scalars(
            select(Answer).where(
                Answer.id.in_(select(asked.request_id).where(asked.customer_id.in_(subject.ids))), Answer.erased == ""
            ),
            execution_options=UNSCOPED,
        )
    )
    for each in answers:
        each.text, each.erased = "", subject.reason
    named = list(db.session.scalars(select(given.release_id).where(given.customer_id.in_(subject.ids)).distinct()))
    ids = {"answer": [each.id for each in answers], "release": named}
    counts = {"releases_answer": len(answers), **_destroy_files(ids, subject.reason)}
    counts[RELEASES.name] = _cross_out(subject, set(named))
    db.session.flush()
    if answers:
        announce(Answer, "update", ids["answer"])
    return counts


def _destroy_files(ids: Mapping[str, list[int]], reason: str) -> dict[str, int]:
    files: list[int] = []
    for kind, records in ids.items():
        mine = select(File.id).where(File.plugin == "releases", File.kind == kind, File.record_id.in_(records))
        files += db.session.scalars(mine, execution_options=UNSCOPED)
    blobs = (
        select(Version.blob)
        .join(Blob, Blob.name == Version.blob)
        .where(Version.file_id.in_(files), Blob.destroyed_at.is_(None))
    )
    names = list(db.session.scalars(blobs.order_by(Version.blob), execution_options=UNSCOPED))
    for name in names:
        destroy_blob(name, reason)
    db.session.execute(delete(File).where(File.id.in_(files)), execution_options=QUIET)
    if files:
        announce(File, "delete", files)
    return {"files_file": len(files), "blobs": len(names)}


def _cross_out(subject: Any, named: set[int]) -> int:
    """Cross names out of entries, of any customer; those that change get a new digest, which the chain records too."""
    from ..destruction.services.wording import Wording

    crossed = Wording(subject.traces, subject.whole).crossed
    changed = []
    for release in db.session.scalars(select(Release).order_by(Release.id), execution_options=UNSCOPED):
        before = _texts(release)
        for field in TEXTS:
            setattr(release, field, crossed(getattr(release, field)))
        release.taken = [{**each, "name": crossed(each["name"])} for each in release.taken]
        for field in ("person", "contact"):  # sealed: looked at one by one
            setattr(release, field, crossed(getattr(release, field)))
        if _texts(release) != before:
            old = release.digest
            release.crossed = subject.reason
            db.session.flush()
            release.digest = digest_of_release(release)
            changed.append(release.id)
            audit_record("releases.cross_out", "release", release.id, before=old, digest=release.digest)
    db.session.flush()
    if changed:
        announce(Release, "update", changed)
    return len(changed)


def _texts(release: Release) -> list[Any]:
    return [getattr(release, field) for field in (*TEXTS, "person", "contact")] + [release.taken]
