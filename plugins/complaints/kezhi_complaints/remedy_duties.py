"""Corrective actions to carry out and to check, and customers who are not satisfied, as duties (CMP-14, CMP-15)."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import Select, Text, cast, null, select

from kezhi import BigInt, can, clock, db, visible
from kezhi import lazy_gettext as _l
from kezhi.builtin.files.contributions import Attachment
from kezhi.builtin.tasks.contributions import TaskKind
from kezhi.builtin.tasks.todo import end_of

from .access import ASSIST, READ
from .models import ACTION_DONE, ACTION_OPEN, Complaint, CorrectiveAction, Satisfaction
from .services.actions import ACTION_TASK, EFFECT_TASK
from .services.satisfaction import UNSATISFIED_TASK

COMPLAINTS: Any = Complaint.__table__
ACTIONS: Any = CorrectiveAction.__table__
ASKED: Any = Satisfaction.__table__


def remedy_task_kinds() -> list[TaskKind]:
    """The kinds of duties that follow from complaints."""
    return [
        TaskKind(ACTION_TASK, _l("Carry out a corrective action"), page=_action_page, icon="tools", clause="CMP-14",
                 duties=to_carry_out),
        TaskKind(EFFECT_TASK, _l("Check whether a corrective action had an effect"), page=_action_page,
                 icon="clipboard-check", clause="CMP-14", duties=to_check),
        TaskKind(UNSATISFIED_TASK, _l("A customer is not satisfied: re-open or escalate"), page=_complaint_page,
                 icon="emoji-frown", clause="CMP-15", duties=to_decide),
    ]  # fmt: skip


def action_attachment() -> Attachment:
    """Files that show what was done: the plugin's own code adds them, and they stay as they were given."""
    return Attachment("action", _l("Files of corrective actions"), CorrectiveAction, read=ASSIST, panel=False,
                      page=lambda action_id: _action_page(str(action_id)), customer=_customer_of)  # fmt: skip


def _customer_of(action: CorrectiveAction) -> int | None:
    found: int | None = db.session.scalar(
        select(COMPLAINTS.c.customer_id).where(COMPLAINTS.c.id == action.complaint_id)
    )
    return found


def _action_page(reference: str) -> str:
    mine = visible(CorrectiveAction).where(CorrectiveAction.id == int(reference)).with_only_columns(ACTIONS.c.id)
    seen = db.session.execute(mine).first() is not None
    return url_for("complaints.action", action_id=int(reference)) if seen else ""


def _complaint_page(reference: str) -> str:
    if not can(READ):  # who sees the customer's tasks need not see complaints
        return ""
    mine = visible(Complaint).where(Complaint.id == int(reference)).with_only_columns(COMPLAINTS.c.id)
    seen = db.session.execute(mine).first() is not None
    return url_for("complaints.show", complaint_id=int(reference)) + "#satisfaction" if seen else ""


def to_carry_out() -> Select[Any]:
    """A task of the owner for every open action."""
    c = ACTIONS.c
    return _duties(ACTIONS, cast(c.id, Text), c.due_at, c.owner_id, c.id).where(c.state == ACTION_OPEN)


def to_check() -> Select[Any]:
    """A task of who checks the effect, from the day on which it can be checked."""
    c = ACTIONS.c
    duties = _duties(ACTIONS, cast(c.id, Text), c.check_at, c.checker_id, c.id)
    return duties.where(c.state == ACTION_DONE, c.check_at <= end_of(clock.today()))


def to_decide() -> Select[Any]:
    """A task of the leader for every customer who is not satisfied; passed up it is another one of the next leader."""
    c = ASKED.c
    slot = cast(c.id, Text) + "/" + cast(c.leader_id, Text)
    return _duties(ASKED, slot, c.due_at, c.leader_id, c.complaint_id).where(
        c.leader_id.is_not(None), c.settled_at.is_(None)
    )


def _duties(table: Any, slot: Any, due_at: Any, owner_id: Any, reference: Any) -> Select[Any]:
    from .duties import customer_of, subject_of

    return select(
        slot.label("slot"), due_at.label("due_at"), owner_id.label("owner_id"),
        cast(null(), BigInt).label("department_id"), subject_of(), cast(reference, Text).label("reference"),
        customer_of(),
    ).join_from(table, COMPLAINTS, COMPLAINTS.c.id == table.c.complaint_id)  # fmt: skip
