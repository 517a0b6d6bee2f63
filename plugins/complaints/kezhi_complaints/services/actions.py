"""Corrective actions for the cause of a complaint, and whether they had an effect (CMP-14)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from kezhi import (
    Conflict,
    NotFound,
    Refused,
    acting_user,
    announce,
    audit_record,
    clock,
    db,
    setting,
    visible,
    writing,
)
from kezhi.builtin.accounts.services import user_by_id
from kezhi.builtin.calendar.services import add_workdays, is_workday
from kezhi.builtin.files.services import Upload, attach
from kezhi.builtin.tasks.services import sync
from kezhi.builtin.tasks.todo import end_of
from kezhi.i18n import _

from ..models import (
    ABANDONED,
    ACTION,
    ACTION_DONE,
    ACTION_OPEN,
    CLOSED,
    EFFECTIVE,
    INEFFECTIVE,
    INVALID,
    OPEN_STATES,
    Complaint,
    CorrectiveAction,
)
from .finding import complaint_behind, complaint_by_id
from .history import add_event
from .people import barred, check_not_barred
from .remedies import may_work_on

TABLE: Any = CorrectiveAction.__table__
LONGEST_TEXT, MOST_DAYS = 4000, 366
ACTION_TASK, EFFECT_TASK = "complaints.action", "complaints.effect"


def action_by_id(action_id: int) -> CorrectiveAction:
    """A corrective action that the user sees: of a complaint they see, or theirs to carry out or check.

    Errors: ``NotFound``.
    """
    mine = visible(CorrectiveAction).where(CorrectiveAction.id == action_id)
    found: CorrectiveAction | None = db.session.scalars(mine).one_or_none()
    if found is None:
        raise NotFound(_("There is no such page."))
    return found


def actions_of(complaint_id: int) -> list[CorrectiveAction]:
    """The corrective actions of a complaint that the user sees, in their order."""
    mine = visible(CorrectiveAction).where(CorrectiveAction.complaint_id == complaint_id)
    return list(db.session.scalars(mine.order_by(CorrectiveAction.id)))


def may_act(complaint: Complaint) -> bool:
    """Whether the acting person may give corrective actions: of the desk, for a complaint not judged invalid, open or
    closed."""
    known = complaint.state in (*OPEN_STATES[1:], CLOSED) and complaint.validity != INVALID
    return known and may_work_on(complaint)


def may_finish(action: CorrectiveAction, complaint: Complaint) -> bool:
    """Whether the acting person has to carry it out."""
    me = acting_user().id
    return action.state == ACTION_OPEN and me == action.owner_id and me not in barred(complaint)


def may_check(action: CorrectiveAction, complaint: Complaint) -> bool:
    """Whether the acting person has to look at its effect, and may by now."""
    me = acting_user().id
    return action.state == ACTION_DONE and me == action.checker_id and not too_early(action) and (
        me not in barred(complaint)
    )  # fmt: skip


def too_early(action: CorrectiveAction) -> bool:
    """Whether the day on which the effect can be checked is still to come."""
    return action.check_at is not None and clock.local(action.check_at).date() > clock.today()


def give_action(
    complaint_id: int, measure: str, owner_id: int | None, checker_id: int | None, due_on: date | None = None,
    follows_id: int | None = None,
) -> CorrectiveAction:  # fmt: skip
    """Have somebody remove the cause by a day (the company's number of days without one), and another one check it.

    ``follows_id``: an action of the same complaint without effect. Errors: ``NotFound`` for who may not; ``Refused``
    with the field.
    """
    with writing():
        complaint = complaint_by_id(complaint_id)
        if not may_act(complaint):
            raise NotFound(_("There is no such page."))
        measure = _text(measure, "measure", _("Write down what is to be done."))
        _check_people(complaint, owner_id, checker_id)
        action = CorrectiveAction(
            complaint_id=complaint.id, cause_id=complaint.cause_id, measure=measure, owner_id=owner_id,
            checker_id=checker_id, given_at=clock.now(), given_by_id=acting_user().id, due_at=end_of(_day(due_on)),
            state=ACTION_OPEN, follows_id=_followed(complaint, follows_id),
        )  # fmt: skip
        db.session.add(action)
        db.session.flush()
        announce(CorrectiveAction, "create", [action.id])
        _put_on_record(complaint, action, "give", person_id=owner_id)
        return action


def change_action(
    action_id: int, version: int, measure: str, owner_id: int | None, checker_id: int | None, due_on: date | None
) -> CorrectiveAction:
    """Change an action that is not done yet. Errors: as :func:`give_action`; ``Conflict``."""
    with writing():
        action = action_by_id(action_id)
        complaint = complaint_by_id(action.complaint_id)
        if not may_act(complaint):
            raise NotFound(_("There is no such page."))
        measure = _text(measure, "measure", _("Write down what is to be done."))
        _check_people(complaint, owner_id, checker_id)
        same = due_on is not None and end_of(due_on) == action.due_at
        due_at = action.due_at if same or due_on is None else end_of(_day(due_on))
        _claim(action, version, (ACTION_OPEN,), owner_id=owner_id, checker_id=checker_id, due_at=due_at)
        action.measure = measure
        db.session.flush()
        _put_on_record(complaint, action, "change", person_id=owner_id)
        return action


def abandon_action(action_id: int, version: int, reason: str) -> CorrectiveAction:
    """Give an action up that is not done yet, with a reason. Errors: as above."""
    with writing():
        action = action_by_id(action_id)
        complaint = complaint_by_id(action.complaint_id)
        if not may_act(complaint):
            raise NotFound(_("There is no such page."))
        reason = _text(reason, "reason", _("Say why it is given up."))
        _claim(action, version, (ACTION_OPEN,), state=ABANDONED, checked_at=clock.now(), checked_by_id=acting_user().id)
        action.check_note = reason
        db.session.flush()
        _put_on_record(complaint, action, "abandon")
        return action


def finish_action(action_id: int, version: int, note: str, uploads: Sequence[Upload] = ()) -> CorrectiveAction:
    """The owner says what was done; its effect is checked the company's number of days later.

    Errors: ``NotFound`` for somebody else; ``Refused`` at ``note``; ``Conflict``.
    """
    with writing():
        action = action_by_id(action_id)
        complaint = complaint_behind(action)
        if action.owner_id != acting_user().id:
            raise NotFound(_("There is no such page."))
        check_not_barred(complaint, acting_user().id)
        note = _text(note, "note", _("Write down what was done."))
        day = clock.today() + timedelta(days=int(setting("complaints", "check_days")))
        if not is_workday(day):
            day = add_workdays(day, 1)
        _claim(action, version, (ACTION_OPEN,), state=ACTION_DONE, done_at=clock.now(), done_by_id=acting_user().id,
               check_at=end_of(day))  # fmt: skip
        action.done_note = note
        db.session.flush()
        for upload in uploads:
            attach(upload, "complaints", "action", action.id, customer_id=complaint.customer_id, by_code=True)
        _put_on_record(complaint, action, "finish")
        return action


def check_effect(action_id: int, version: int, *, effective: bool, note: str) -> CorrectiveAction:
    """Somebody else than the owner says whether it had an effect; without one another action is due.

    Errors: ``NotFound`` for who is not to check it; ``Refused`` before its day and at ``note``; ``Conflict``.
    """
    with writing():
        action = action_by_id(action_id)
        complaint = complaint_behind(action)
        me = acting_user().id
        if me != action.checker_id:
            raise NotFound(_("There is no such page."))
        if me in (action.owner_id, action.done_by_id):
            raise Refused(_("Whoever carried it out does not check its effect."))
        check_not_barred(complaint, me)
        if action.check_at is not None and too_early(action):
            day = clock.local(action.check_at).date()
            raise Refused(_("Its effect can be checked from %(day)s on.", day=day))
        note = _text(note, "note", _("Write down what you looked at, and what you found."))
        state = EFFECTIVE if effective else INEFFECTIVE
        _claim(action, version, (ACTION_DONE,), state=state, checked_at=clock.now(), checked_by_id=me)
        action.check_note = note
        db.session.flush()
        _put_on_record(complaint, action, state)
        return action


def follow_actions() -> None:
    """The duties follow at once, not only when the job comes round."""
    sync(ACTION_TASK)
    sync(EFFECT_TASK)


def _put_on_record(complaint: Complaint, action: CorrectiveAction, what: str, **details: Any) -> None:
    add_event(complaint, ACTION, what=what, action_id=action.id, **details)
    announce(CorrectiveAction, "update", [action.id])
    audit_record(f"complaint.action_{what}", "complaint", complaint.id, number=complaint.number, id=action.id)
    follow_actions()


def _claim(action: CorrectiveAction, version: int, states: tuple[str, ...], **values: Any) -> None:
    seen = (TABLE.c.id == action.id) & (TABLE.c.version == version) & TABLE.c.state.in_(states)
    result: Any = db.session.execute(update(TABLE).where(seen).values(**values, version=version + 1))
    if result.rowcount != 1:
        raise Conflict(_("Somebody else has changed this action meanwhile. Look at it again, then decide."))
    db.session.refresh(action)


def _check_people(complaint: Complaint, owner_id: int | None, checker_id: int | None) -> None:
    for field, user_id in (("owner", owner_id), ("checker", checker_id)):
        if not user_id or user_by_id(user_id) is None:
            raise Refused(_("Choose a person from the list."), field=field)
        check_not_barred(complaint, user_id, field)
    if owner_id == checker_id:
        raise Refused(_("Somebody else than who carries it out has to check its effect."), field="checker")


def _followed(complaint: Complaint, follows_id: int | None) -> int | None:
    if not follows_id:
        return None
    mine = (TABLE.c.id == follows_id) & (TABLE.c.complaint_id == complaint.id) & (TABLE.c.state == INEFFECTIVE)
    if db.session.scalar(select(TABLE.c.id).where(mine)) is None:
        raise Refused(_("Only an action without effect is followed by another one."))
    return follows_id


def _day(due_on: date | None) -> date:
    today = clock.today()
    if due_on is None:
        return today + timedelta(days=int(setting("complaints", "action_days")))
    if not today <= due_on <= today + timedelta(days=MOST_DAYS):
        raise Refused(_("Choose a day within the next %(days)s days.", days=MOST_DAYS), field="due_on")
    return due_on


def _text(text: str, field: str, missing: str) -> str:
    text = (text or "").strip()
    if not text:
        raise Refused(missing, field=field)
    if len(text) > LONGEST_TEXT:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_TEXT), field=field)
    return text
