"""A destroyed customer's complaints and feedback keep what happened when, and no word of it (CUS-10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select, update

from kezhi import announce, db
from kezhi import lazy_gettext as _l
from kezhi.i18n import ngettext

from .models import (
    OPEN,
    OPEN_STATES,
    Complaint,
    Correction,
    CorrectiveAction,
    Event,
    Feedback,
    Guidance,
    Hearing,
    Help,
    Investigation,
    Progress,
    Remedy,
    ReportRow,
    Satisfaction,
)

COMPLAINTS: Any = Complaint.__table__
FOUND: Any = Investigation.__table__
FEEDBACK: Any = Feedback.__table__
UNSCOPED = {"kezhi_unscoped": True}
#: the texts of the tables that hang on a complaint
TEXTS: dict[type, tuple[str, ...]] = {
    Event: ("note",),
    Correction: ("old", "new"),
    Investigation: ("facts", "gap"),
    Help: ("question", "reason", "answer"),
    Guidance: ("text", "answer"),
    Remedy: ("agreed", "done_note"),
    CorrectiveAction: ("measure", "done_note", "check_note"),
    Satisfaction: ("email", "comment"),
}


def places() -> list[Any]:
    """The history, the findings, what others said to them, guidance, and how feedback came along.

    Open complaints and feedback keep the file.
    """
    from kezhi.builtin.destruction.contributions import Place

    covers = tuple(model.__table__.name for model in (*TEXTS, Hearing, Progress, ReportRow))  # type: ignore[attr-defined]
    title = _l("History and findings of complaints and feedback")
    return [Place("complaints.handling", title, erase=_erase, blocks=_blocks, covers=covers)]


def _erase(subject: Any) -> Mapping[str, int]:
    mine = select(COMPLAINTS.c.id).where(COMPLAINTS.c.customer_id.in_(subject.ids))
    counts: dict[str, int] = {}
    kept: Any = ReportRow.__table__  # what was signed goes on counting the complaint, without what it was about
    changed: Any = db.session.execute(
        update(kept).where(kept.c.complaint_id.in_(mine), kept.c.product != "").values(product="")
    )
    counts[kept.name] = changed.rowcount
    for model, names in TEXTS.items():
        table: Any = model.__table__  # type: ignore[attr-defined]
        _blank(model, table, table.c.complaint_id.in_(mine), names, counts)
    heard: Any = Hearing.__table__
    theirs = heard.c.investigation_id.in_(select(FOUND.c.id).where(FOUND.c.complaint_id.in_(mine)))
    _blank(Hearing, heard, theirs, ("name", "said"), counts)
    told: Any = Progress.__table__
    of_feedback = select(FEEDBACK.c.id).where(FEEDBACK.c.customer_id.in_(subject.ids))
    _blank(Progress, told, told.c.feedback_id.in_(of_feedback), ("note",), counts)
    return counts


def _blank(model: type, table: Any, mine: Any, names: tuple[str, ...], counts: dict[str, int]) -> None:
    """Empty what is not empty yet of these rows; sealed texts can be asked whether they are empty."""
    for name in names:
        column = table.c[name]
        ids = list(db.session.scalars(select(table.c.id).where(mine, column != "")))
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            db.session.execute(update(table).where(table.c.id.in_(part)).values({name: ""}))
            announce(model, "update", part)
        counts[table.name] = counts.get(table.name, 0) + len(ids)


def _blocks(ids: Sequence[int], today: date) -> Mapping[int, str]:
    found: dict[int, str] = {}
    waiting = select(FEEDBACK.c.customer_id, func.count()).where(
        FEEDBACK.c.customer_id.in_(ids), FEEDBACK.c.state == OPEN
    )
    for customer_id, count in db.session.execute(waiting.group_by(FEEDBACK.c.customer_id), execution_options=UNSCOPED):
        found[customer_id] = ngettext("%(num)s feedback is open", "%(num)s pieces of feedback are open", count)
    unsettled = select(COMPLAINTS.c.customer_id, func.count()).where(
        COMPLAINTS.c.customer_id.in_(ids), COMPLAINTS.c.state.in_(OPEN_STATES)
    )
    for customer_id, count in db.session.execute(
        unsettled.group_by(COMPLAINTS.c.customer_id), execution_options=UNSCOPED
    ):
        found[customer_id] = ngettext("%(num)s complaint is open", "%(num)s complaints are open", count)
    return found
