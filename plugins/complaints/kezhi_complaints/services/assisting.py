"""The duty to assist (CMP-16): asked of a person or a department, answered, or declined with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
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
from kezhi.builtin.accounts.services import department_name, load_users, user_by_id
from kezhi.builtin.calendar.services import add_working_time
from kezhi.builtin.files.services import Upload, attach
from kezhi.builtin.tasks.services import sync
from kezhi.i18n import _

from ..models import ASKED, DECLINED, HELP_ASKED, HELP_ENDED, HELPED, Complaint, Help
from ..steps import WORKED_ON
from .checking import running_investigation
from .finding import complaint_behind, complaint_by_id
from .history import add_event
from .people import ACCOUNTS, barred, check_not_barred, department_of, leaders_above
from .telling import tell_help, tell_helped

LONGEST_TEXT = 4000
HELP_TASK = "complaints.help"


def help_by_id(help_id: int) -> Help:
    """A request for help that the user sees. Errors: ``NotFound``."""
    found: Help | None = db.session.scalars(visible(Help).where(Help.id == help_id)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such request."))
    return found


def helps_of(complaint_id: int) -> list[Help]:
    """What help was asked for with a complaint, as far as the user sees it."""
    statement = visible(Help).where(Help.complaint_id == complaint_id)
    return list(db.session.scalars(statement.order_by(Help.id)))


def may_ask(complaint: Complaint) -> bool:
    """Whether the acting person investigates this complaint now."""
    running, user = running_investigation(complaint), acting_user()
    mine = running is not None and running.investigator_id == user.id
    return mine and complaint.state in WORKED_ON and user.id not in barred(complaint)


def may_give(asked: Help) -> bool:
    """Whether the acting person is asked: by name, or by the department they work in."""
    user = acting_user()
    if asked.state != ASKED or user.id is None:
        return False
    if asked.person_id is not None:
        return user.id == asked.person_id
    return asked.department_id is not None and asked.department_id in user.departments


def ask(complaint_id: int, question: str, *, person_id: int | None = None, department_id: int | None = None) -> Help:
    """Ask a person, or a department, for help with an investigation.

    Due after the company's hours of working time. Errors: ``NotFound`` for who does not investigate the complaint;
    ``Refused`` with the field, also for the person complained about.
    """
    with writing():
        complaint = complaint_by_id(complaint_id)
        if not may_ask(complaint):
            raise NotFound(_("There is no such page."))
        question = _text(question, "question", _("Say what you need to know."))
        place = _asked_of(complaint, person_id, department_id)
        hours = timedelta(hours=int(setting("complaints", "help_hours")))
        asked = Help(
            complaint_id=complaint.id, asked_by_id=acting_user().id, asked_at=clock.now(), person_id=person_id or None,
            department_id=place, question=question, due_at=add_working_time(clock.now(), hours, place), state=ASKED,
        )  # fmt: skip
        db.session.add(asked)
        db.session.flush()
        add_event(complaint, HELP_ASKED, help_id=asked.id, person_id=asked.person_id, department_id=place)
        announce(Help, "create", [asked.id])
        audit_record("complaint.ask_help", "complaint", complaint.id, number=complaint.number, help=asked.id)
        _follow()
        tell_help(asked, complaint, _people(asked, complaint))
        return asked


def give(help_id: int, version: int, answer: str, uploads: Sequence[Upload] = ()) -> Help:
    """Answer what was asked. Errors: ``NotFound`` for who is not asked; ``Refused`` at the field; ``Conflict``."""
    with writing():
        asked, complaint = _to_answer(help_id)
        answer = answer.strip() if uploads else _text(answer, "answer", _("Write an answer, or add a file."))
        if len(answer) > LONGEST_TEXT:
            raise Refused(_("At most %(count)s characters.", count=LONGEST_TEXT), field="answer")
        _claim(asked, version, state=HELPED, ended_at=clock.now(), ended_by_id=acting_user().id)
        asked.answer = answer
        db.session.flush()
        for upload in uploads:
            attach(upload, "complaints", "help", asked.id, customer_id=complaint.customer_id, by_code=True)
        add_event(complaint, HELP_ENDED, help_id=asked.id, declined=False)
        _ended(asked, complaint, "give")
        tell_helped(asked, complaint, declined=False)
        return asked


def decline(help_id: int, version: int, reason: str) -> Help:
    """Decline with a reason: it goes to the manager above, who has to give the help or decline it too.

    Where nobody is above it has ended. Errors: as :func:`give`.
    """
    with writing():
        asked, complaint = _to_answer(help_id)
        reason = _text(reason, "reason", _("It cannot be declined without a reason: say why."))
        user = acting_user()
        place = asked.department_id if asked.department_id is not None else department_of(user.id)
        above = [each for each in leaders_above(place) if each not in barred(complaint)]
        if user.id in above:
            above = above[above.index(user.id) + 1 :]
        if above:
            due = add_working_time(clock.now(), timedelta(hours=int(setting("complaints", "help_hours"))), place)
            _claim(asked, version, person_id=above[0], department_id=place, level=asked.level + 1, due_at=due)
        else:
            _claim(asked, version, state=DECLINED, ended_at=clock.now(), ended_by_id=user.id)
        asked.reason = reason
        db.session.flush()
        add_event(complaint, HELP_ENDED, help_id=asked.id, declined=True, to_id=above[0] if above else None)
        _ended(asked, complaint, "decline")
        if above:
            tell_help(asked, complaint, [above[0]])
        tell_helped(asked, complaint, declined=True)
        return asked


def _asked_of(complaint: Complaint, person_id: int | None, department_id: int | None) -> int | None:
    """The department whose matter it is. Errors: ``Refused`` unless it is asked of one person or one department."""
    if bool(person_id) == bool(department_id):
        raise Refused(_("Choose a person or a department, one of them."), field="person")
    if person_id:
        if user_by_id(person_id) is None:
            raise Refused(_("Choose a person from the list."), field="person")
        check_not_barred(complaint, person_id, "person")
        return department_of(person_id)
    if not department_name(department_id):
        raise Refused(_("Choose a department from the list."), field="department")
    there = set(db.session.scalars(select(ACCOUNTS.c.id).where(ACCOUNTS.c.department_id == department_id)))
    if there & barred(complaint):  # what a department has to do all of its people see
        raise Refused(
            _("The person complained about, or who stands in for them, works there: ask a person."), field="department"
        )
    if not there | set(leaders_above(department_id)[:1]):
        raise Refused(_("Nobody else works in that department: choose a person."), field="department")
    return department_id


def _people(asked: Help, complaint: Complaint) -> list[int]:
    """Who learns that help is asked for: the person, else the manager of the department, else all who work there."""
    if asked.person_id is not None:
        return [asked.person_id]
    out = barred(complaint)
    leaders = [each for each in leaders_above(asked.department_id) if each not in out]
    if leaders:
        return leaders[:1]
    from kezhi.builtin.accounts.models import Account

    people = load_users(Account.department_id == asked.department_id)
    return [int(each.id or 0) for each in people if each.id not in out]


def _to_answer(help_id: int) -> tuple[Help, Complaint]:
    asked = help_by_id(help_id)
    complaint = complaint_behind(asked)
    if asked.state != ASKED and (asked.person_id in (None, acting_user().id)):
        raise Conflict(_("It was answered or declined already; nothing was changed."))
    if not may_give(asked):
        raise NotFound(_("There is no such request."))
    check_not_barred(complaint, acting_user().id)
    return asked, complaint


def _claim(asked: Help, version: int, **values: Any) -> None:
    table: Any = Help.__table__
    seen = (table.c.id == asked.id) & (table.c.version == version) & (table.c.state == ASKED)
    changed = update(table).where(seen).values(**values, version=version + 1)
    result: Any = db.session.execute(changed)
    if result.rowcount != 1:
        raise Conflict(_("Somebody else has answered meanwhile. Look at it again."))
    db.session.refresh(asked)


def _ended(asked: Help, complaint: Complaint, action: str) -> None:
    announce(Help, "update", [asked.id])
    audit_record(f"complaint.help_{action}", "complaint", complaint.id, number=complaint.number, help=asked.id)
    _follow()


def _follow() -> None:
    """The duties follow at once, not only when the job comes round."""
    sync(HELP_TASK)


def _text(text: str, field: str, missing: str) -> str:
    text = (text or "").strip()
    if not text:
        raise Refused(missing, field=field)
    if len(text) > LONGEST_TEXT:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_TEXT), field=field)
    return text
