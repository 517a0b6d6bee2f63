"""What an investigator finds out: facts, evidence, people heard, the management gap (CMP-11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from kezhi import Conflict, NotFound, Refused, acting_user, announce, audit_record, clock, db, visible, writing
from kezhi.builtin.files.services import Upload, attach
from kezhi.i18n import _

from ..models import SIDES, Complaint, Hearing, Investigation
from ..steps import WORKED_ON
from .checking import running_investigation
from .finding import complaint_by_id
from .people import barred
from .stepping import take_step

LONGEST = {"facts": 8000, "gap": 1000, "name": 80, "said": 2000}


def investigations_of(complaint_id: int) -> list[Investigation]:
    """The investigations of a complaint that the user sees, the last one first."""
    statement = visible(Investigation).where(Investigation.complaint_id == complaint_id)
    return list(db.session.scalars(statement.order_by(Investigation.round.desc())))


def hearings_of(investigation_ids: Sequence[int]) -> list[Hearing]:
    """The people heard in investigations that the user sees, in their order; one statement."""
    if not investigation_ids:
        return []
    statement = select(Hearing).where(Hearing.investigation_id.in_(sorted(investigation_ids)))
    return list(db.session.scalars(statement.order_by(Hearing.id)))


def save_findings(
    complaint_id: int, version: int, values: Mapping[str, str], uploads: Sequence[Upload] = (), *, done: bool = False
) -> Investigation:
    """Keep what was found so far: ``facts`` and ``gap``, with ``name``, ``side`` and ``said`` somebody who was heard.

    ``version`` is that of the investigation; ``done`` says that the findings are complete. The files are evidence.
    Errors: ``NotFound`` for everybody but the investigator; ``Refused`` with the field; ``Conflict``.
    """
    with writing():
        complaint = complaint_by_id(complaint_id)
        running = _mine(complaint)
        texts = {name: str(values.get(name) or "").strip() for name in LONGEST}
        for name, most in LONGEST.items():
            if len(texts[name]) > most:
                raise Refused(_("At most %(count)s characters.", count=most), field=name)
        if running.version != version:
            raise Conflict(_("The investigation was changed meanwhile: look at it again, then save."))
        running.facts, running.gap, running.version = texts["facts"], texts["gap"], version + 1
        _hear(running, texts, str(values.get("side") or ""))
        db.session.flush()
        for upload in uploads:
            attach(upload, "complaints", "investigation", running.id, customer_id=complaint.customer_id, by_code=True)
        announce(Investigation, "update", [running.id])
        audit_record("complaint.investigate", "complaint", complaint.id, number=complaint.number, round=running.round)
        if done:
            take_step(complaint.id, complaint.version, "find")
        return running


def _mine(complaint: Complaint) -> Investigation:
    running, user = running_investigation(complaint), acting_user()
    if running is None or running.investigator_id != user.id:
        raise NotFound(_("There is no such page."))
    if user.id in barred(complaint):
        raise Refused(_("You stand in for the person complained about: somebody else has to do this."))
    if complaint.state not in WORKED_ON:
        raise Refused(_("%(number)s is no longer investigated.", number=complaint.number))
    if running.finished_at is not None:
        raise Refused(_("The findings are complete; they stay as they were explained."))
    return running


def _hear(running: Investigation, texts: Mapping[str, str], side: str) -> None:
    if not texts["name"] and not texts["said"]:
        return
    if not texts["name"]:
        raise Refused(_("Say who was heard."), field="name")
    if side not in SIDES:
        raise Refused(_("Say on whose side this person stands."), field="side")
    db.session.add(
        Hearing(investigation_id=running.id, side=side, name=texts["name"], said=texts["said"], heard_at=clock.now(),
                by_id=acting_user().id)
    )  # fmt: skip


def evidence_of(running: Investigation | None) -> list[Any]:
    """The files of an investigation."""
    from kezhi.builtin.files.services import files_of

    return files_of("complaints", "investigation", running.id) if running is not None else []
