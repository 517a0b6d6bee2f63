"""Correcting what was written down of a complaint: the old and the new values stay on record (CMP-01)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select, update

from kezhi import Conflict, NotFound, Refused, announce, audit_record, can, clock, db
from kezhi.i18n import _

from ..access import REGISTER
from ..models import CHANGED, OPEN_STATES, Complaint, Correction, Event
from .finding import complaint_by_id
from .history import add_event
from .people import check_accused
from .registering import FIELDS, checked, keys_of

#: when it was received is what clocks count from: it is said once
CORRECTED = tuple(name for name in FIELDS if name != "received_at")


def correct(complaint_id: int, version: int, values: Mapping[str, Any]) -> list[str]:
    """Change the registration of an open complaint as it was read in ``version``; which fields changed.

    Inside ``writing()``. Errors: ``NotFound`` for who does not see it or may not register; ``Conflict`` when somebody
    was faster; ``Refused`` with the field.
    """
    complaint = complaint_by_id(complaint_id)
    if not can(REGISTER):
        raise NotFound(_("There is no such page."))
    if complaint.state not in OPEN_STATES:
        raise Refused(_("The complaint is closed: its registration stays as it is."))
    if complaint.version != version:
        raise conflict()
    stored = {name: getattr(complaint, name) for name in FIELDS}
    complete = checked({**stored, **values, "received_at": complaint.received_at},
                       (complaint.kind_id, complaint.channel_id), complaint.customer_id)  # fmt: skip
    if complete["accused_id"] != complaint.accused_id:
        check_accused(complaint, complete["accused_id"])
    changed = [name for name in CORRECTED if complete[name] != stored[name]]
    if not changed:
        return []
    claim = (
        update(Complaint)
        .where(Complaint.id == complaint_id, Complaint.version == version)
        .values(version=version + 1)
        .execution_options(synchronize_session=False)
    )
    result: Any = db.session.execute(claim)
    if result.rowcount != 1:
        raise conflict()
    db.session.refresh(complaint)
    for name in changed:
        setattr(complaint, name, complete[name])
    complaint.phone_key = keys_of(complete)["phone_key"]
    complaint.updated_at = clock.now()
    event = add_event(complaint, CHANGED, fields=changed)
    db.session.add_all(
        Correction(
            complaint_id=complaint.id, event_id=event.id, field=name, old=_text(stored[name]), new=_text(complete[name])
        )
        for name in changed
    )  # fmt: skip
    db.session.flush()
    announce(Complaint, "update", [complaint.id])
    audit_record("complaint.correct", "complaint", complaint.id, fields=changed)
    return changed


def corrections_of(events: Iterable[Event]) -> dict[int, list[Correction]]:
    """What each event changed, by the id of the event: one statement. For events that the user has already seen."""
    ids = [event.id for event in events if event.kind == CHANGED]
    found: dict[int, list[Correction]] = {}
    if ids:
        statement = select(Correction).where(Correction.event_id.in_(ids)).order_by(Correction.id)
        for row in db.session.scalars(statement):
            found.setdefault(row.event_id, []).append(row)
    return found


def conflict() -> Conflict:
    """Somebody was faster."""
    return Conflict(_("Somebody else changed this complaint after you opened it. Look at it again before you save."))


def _text(value: Any) -> str:
    return "" if value is None or value is False else "1" if value is True else str(value)
