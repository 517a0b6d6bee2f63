"""Steps of a complaint, each in one transaction: checked, claimed by its version, put on record, told (CMP-10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import update

from kezhi import Conflict, Refused, announce, audit_record, clock, db, writing
from kezhi.i18n import _

from ..models import RESUMED, Complaint
from ..steps import Step
from .checking import check_step
from .finding import complaint_by_id
from .history import add_event
from .telling import tell_owner

LONGEST_NOTE = 4000


@dataclass
class Effect:
    """What a step does: columns of the complaint, details of its event, whose turn it is, and what follows.

    ``stamps`` are columns that say when: they get the instant of the event. ``then(complaint)`` is carried out when
    the complaint is claimed, before the event is made.
    """

    columns: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    owner_id: int | None = None
    then: Callable[[Complaint], object] | None = None
    stamps: tuple[str, ...] = ()


Prepare = Callable[[Complaint, Mapping[str, Any]], Effect]


def take_step(complaint_id: int, version: int, key: str, values: Mapping[str, Any] | None = None) -> Complaint:
    """Make a step in the acting person's name. ``version`` is that of the complaint they looked at.

    ``values``: the step's ``fields`` (people by id). Errors: ``NotFound`` for who does not see the complaint or whose
    step it is not; ``Refused`` with the field; ``Conflict`` when the complaint was changed meanwhile. Then nothing is
    stored.
    """
    from .effects import PREPARE

    with writing():
        complaint = complaint_by_id(complaint_id)
        step = check_step(key, complaint)
        given = _given(step, values or {})
        effect = PREPARE.get(key, _nothing)(complaint, given)
        now = clock.now()
        columns = {**effect.columns, **dict.fromkeys(effect.stamps, now)}
        if step.target is not None:
            columns["state"] = step.target
        resumes = complaint.paused and step.target is not None
        if resumes:
            columns["paused"] = False
        claim(complaint, version, columns, now)
        if resumes:
            add_event(complaint, RESUMED, at=now)
        if effect.then is not None:
            effect.then(complaint)
        add_event(complaint, step.event, given["note"], owner_id=effect.owner_id, at=now,
                  **effect.details)  # fmt: skip
        announce(Complaint, "update", [complaint.id])
        audit_record(f"complaint.{key}", "complaint", complaint.id, number=complaint.number, state=complaint.state)
        tell_owner(complaint, step, effect.owner_id, effect.details)
        return complaint


def claim(complaint: Complaint, version: int, columns: Mapping[str, Any], now: datetime) -> None:
    """Change the columns of a complaint if it is as the acting person saw it. Errors: ``Conflict``."""
    table: Any = Complaint.__table__
    seen = (table.c.id == complaint.id) & (table.c.version == version) & (table.c.state == complaint.state)
    changed = update(table).where(seen).values(**columns, version=version + 1, updated_at=now)
    result: Any = db.session.execute(changed)
    if result.rowcount != 1:
        raise Conflict(
            _("Somebody else has changed %(number)s meanwhile. Look at it again, then decide.", number=complaint.number)
        )
    db.session.refresh(complaint)


def _nothing(_complaint: Complaint, _values: Mapping[str, Any]) -> Effect:
    return Effect()


def _given(step: Step, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the step's fields, texts trimmed. Errors: ``Refused`` for what has to be given."""
    found: dict[str, Any] = {"note": ""}
    for name in step.fields:
        value = values.get(name)
        found[name] = value.strip() if isinstance(value, str) else ("" if value is None else value)
        if name in step.needs and found[name] in ("", 0):
            raise Refused(MISSING[name](), field=name)
    for name in ("note", "told"):
        if len(found.get(name, "")) > LONGEST_NOTE:
            raise Refused(_("At most %(count)s characters.", count=LONGEST_NOTE), field=name)
    return found


MISSING: dict[str, Callable[[], str]] = {
    "note": lambda: str(_("Write down what was decided or said.")),
    "handler": lambda: str(_("Choose who handles it.")),
    "investigator": lambda: str(_("Choose who investigates it.")),
    "channel": lambda: str(_("Choose by which channel the customer was told.")),
    "party": lambda: str(_("Choose to whom the findings were explained.")),
    "validity": lambda: str(_("Judge: valid or invalid.")),
    "told": lambda: str(_("Write down what the customer was told.")),
}
