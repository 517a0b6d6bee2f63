"""What signatures bind to, and what shows that an entry of the register is as it was made."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import select

from kezhi import Refused, db
from kezhi.i18n import _

from ..models import DataRequest, Release, ReleaseLine, RequestLine

ASKED = ("number", "kind", "scope", "purpose", "destination", "recipient", "requester_id")
ENTERED = (
    "number", "request_id", "supersedes_id", "correction", "organisation", "person", "contact", "purpose", "content",
    "edition", "taken", "released_by",
)  # fmt: skip


def _sum(values: Any) -> str:
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of_request(request_id: int) -> str:
    """Of what is asked for as it stands now. Customers count by the codes of then: a merge changes nothing."""
    request: DataRequest | None = db.session.get(
        DataRequest, request_id, populate_existing=True, execution_options={"kezhi_unscoped": True}
    )
    if request is None:
        raise Refused(_("What this request is about does not exist any more."))
    line = RequestLine.__table__.c
    codes = sorted(db.session.scalars(select(line.code).where(line.request_id == request_id)))
    values = {name: getattr(request, name) for name in ASKED}
    return _sum({**values, "until": request.until.isoformat(), "customers": codes})


def digest_of_release(release: Release) -> str:
    """Of an entry of the register with its customers' codes. The row's token keeps it from being guessed."""
    line = ReleaseLine.__table__.c
    codes = sorted(db.session.scalars(select(line.code).where(line.release_id == release.id)))
    values = {name: getattr(release, name) for name in ENTERED}
    values["taken"] = [dict(sorted(each.items())) for each in release.taken]
    day = release.released_on.isoformat()
    return _sum({**values, "released_on": day, "customers": codes, "token": release.seal or ""})
