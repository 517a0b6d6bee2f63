"""What both documents show."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kezhi import NotFound, Refused, clock, db, localised
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.approvals.services import present_signatures, request_for, signer_name

from ..models import PUBLISHED, Run
from ..scheme import Scheme
from ..services.approval import KIND
from ..words import _


def published(run: Run | None) -> Run:
    """The run, if its grades are in force. Errors: ``NotFound``, ``Refused``."""
    if run is None:
        raise NotFound(_("There is no such run."))
    if run.state != PUBLISHED:
        raise Refused(_("Run %(number)s is not published yet: documents are made of published grades.",
                        number=run.number))  # fmt: skip
    return run


def signature_boxes(run: Run, scheme: Scheme) -> list[dict[str, str]]:
    """Who computed the run and who signed it, by step; what was not signed here has room for a signature."""
    request = request_for(KIND, str(run.id))
    maker = request.requester_name if request is not None else run.created_by
    boxes = [box(_("Computed by"), maker, run.created_at)]
    if request is None:
        return boxes + [box(localised(step.title), "", None) for step in scheme.steps]
    signed = present_signatures(request)
    for step in request.steps:
        if step.round != request.round:
            continue
        marks = [each for each in signed.get(step.position, ()) if each.decision == "approve"]
        boxes += [box(localised(step.title), signer_name(each), each.at, each.opinion) for each in marks]
        if not marks:
            boxes.append(box(localised(step.title), "", None))
    return boxes


def box(title: str, name: str, at: Any, opinion: str = "") -> dict[str, str]:
    """One box, as the letterhead's ``signatures`` takes it."""
    return {"title": title, "name": name, "day": clock.local(at).date().isoformat() if at else "", "opinion": opinion}


def owner_names(ids: set[int | None]) -> dict[int | None, str]:
    """Names of the people in charge."""
    wanted = [each for each in ids if each is not None]
    found: dict[int | None, str] = {None: "—"}
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        rows = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(part)))
        found.update({row.id: row.name for row in rows})
    return found


def period_of(run: Run) -> str:
    """The period as text."""
    return f"{run.period_start} – {run.period_end}"
