"""What keeping customer files in order asks people to do, and what stands on their first page (CUS-07, TSK-01).

A million files make no million tasks: everybody has one for their own files of a quarter, which leads to the list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, case, func, literal_column, null, select

from kezhi import User, acting_user, clock, db, setting, visible
from kezhi import lazy_gettext as _l
from kezhi.i18n import ngettext
from kezhi.visibility import visible_where

from ..accounts.models import Account
from ..customers.models import Customer
from ..tasks.contributions import Occasion, TaskKind, Waiting
from ..tasks.models import Task
from ..tasks.todo import end_of
from . import services
from .columns import STATE
from .periods import ONE_DAY, Span
from .protection_duties import protection_kinds
from .rules import OVERSEE, READ, VERIFY, WRITE_NOTES
from .standing import DUE, OVERDUE, Rule
from .words import SpanName, in_company_language

FILES, OVERDUE_FILES, NOTE = "upkeep.verify", "upkeep.overdue", "upkeep.note"
DEPARTMENT = "d"  #: what references of files without an owner begin with
UNSCOPED = {"kezhi_unscoped": True}


def kinds() -> list[TaskKind]:
    """The kinds of duties of this builtin."""
    return [
        TaskKind(
            FILES,
            _l("Verify customer files"),
            page=lambda reference: list_of(reference, (DUE, OVERDUE)),
            icon="patch-check",
            clause="CUS-07",
            duties=files,
        ),
        TaskKind(
            OVERDUE_FILES,
            _l("Customer files to be verified"),
            icon="patch-exclamation",
            clause="CUS-07",
            waiting=waiting,
        ),
        TaskKind(
            NOTE,
            _l("Competitive-environment note"),
            page=page_of_note,
            icon="binoculars",
            clause="CUS-07",
            duties=notes,
        ),
        *protection_kinds(),
    ]


def page_of_note(reference: str) -> str:
    """Where a note is written, for who owes it; for those above them, who owes which."""
    person, _mark, month = reference.rpartition(":")
    own = person == str(acting_user().id) and acting_user().can(WRITE_NOTES)
    return url_for("upkeep.write_note" if own else "upkeep.notes_owed", month=month)


def list_of(reference: str, states: Sequence[str]) -> str:
    """The list of customers, narrowed to somebody's (or a department's) files in these states."""
    key = "f.department" if reference.startswith(DEPARTMENT) else "f.owner"
    arguments: dict[str, Any] = {key: reference.removeprefix(DEPARTMENT), f"f.{STATE}": list(states)}
    return url_for("customers.index", **arguments)


def files() -> list[Occasion]:
    """One duty for each owner with files to verify: for the quarter that was missed, and for the present one as soon as
    its due day comes near. Files without an owner are up to their department.
    """
    rule = Rule()
    now = rule.now
    lead = int(setting("upkeep", "verify_lead_days"))
    found: list[Occasion] = []
    if now.missed is not None and now.missed_due is not None and now.late == now.missed:
        found += _occasions(now.missed, now.missed_due, rule.overdue())
    if now.is_asked and now.today >= now.due - lead * ONE_DAY:
        found += _occasions(now.span, now.due, rule.owed())
    return found


def _occasions(span: Span, due: date, condition: ColumnElement[bool]) -> Iterator[Occasion]:
    place = case((Customer.owner_id.is_(None), Customer.department_id), else_=null())
    # not the bare column: SQLite would read a million files in the order of its index, ten times as slowly
    owner = Customer.owner_id + literal_column("0")
    statement = select(owner, place).where(condition).group_by(owner, place)
    subject, at = in_company_language(SpanName(span)), end_of(due)
    for owner_id, department_id in db.session.execute(statement, execution_options=UNSCOPED):
        if owner_id is None and department_id is None:
            continue  # nobody's: the list of customers shows them to who sees all
        reference = str(owner_id) if owner_id is not None else f"{DEPARTMENT}{department_id}"
        slot = f"{reference}:{span.start.isoformat()}:{span.months}"
        yield Occasion(slot, at, owner_id, department_id, subject=subject, reference=reference)


def notes() -> list[Occasion]:
    """The notes that were not handed in: from the first day of the month after, until they are."""
    owed = services.debtors(services.open_months(clock.today()))
    return [
        Occasion(
            f"{each.user_id}:{month.isoformat()}", end_of(each.due), each.user_id, subject=month.strftime("%Y-%m"),
            reference=f"{each.user_id}:{month:%Y-%m}",
        )
        for month, people in owed.items()
        for each in people
        if each.handed_in_at is None
    ]  # fmt: skip


# ── the first page ──────────────────────────────────────────────────────────────────────────────────────────────


def waiting(user: User, limit: int) -> Sequence[Waiting]:
    """How many of one's own files are to be verified now, and whose files are overdue among those one answers for."""
    rule = Rule()
    found: list[Waiting] = []
    if user.can(VERIFY) and user.can(READ):
        found += _own(rule, user)
    if user.can(OVERSEE) and user.can(READ):
        found += _of_others(rule, user, limit)
    return found[:limit]


def _counts(condition: ColumnElement[bool], owners: Sequence[int | None], user: User) -> dict[int, int]:
    """By owner, read along the index of owners: only their files are looked at."""
    statement = select(Customer.owner_id, func.count()).where(Customer.owner_id.in_(owners), condition)
    seen = visible_where(Customer, user)
    statement = statement if seen is None else statement.where(seen)
    return {int(key): count for key, count in db.session.execute(statement.group_by(Customer.owner_id)) if key}


def _own(rule: Rule, user: User) -> Iterator[Waiting]:
    late = _counts(rule.overdue(), [user.id], user).get(user.id or 0, 0)
    open_ones = _counts(rule.owed(), [user.id], user).get(user.id or 0, 0)
    now = rule.now
    if late and now.late is not None:
        due = now.due if now.late == now.span else now.missed_due
        text = ngettext("%(num)s own file is overdue", "%(num)s own files are overdue", late)
        yield Waiting(text, list_of(str(user.id), (OVERDUE,)), end_of(due or now.due), note=str(SpanName(now.late)))
    if open_ones > late:
        text = ngettext("%(num)s own file to verify", "%(num)s own files to verify", open_ones - late)
        yield Waiting(text, list_of(str(user.id), (DUE,)), end_of(now.due), note=str(SpanName(now.span)))


def _of_others(rule: Rule, user: User, limit: int) -> Iterator[Waiting]:
    """By their tasks that are overdue: those stand already, nothing is counted to find them."""
    late = visible(Task).join(Account, Account.id == Task.owner_id).add_columns(Account.name)
    late = late.where(Task.kind == FILES, Task.closed_at.is_(None), Task.due_at < clock.now(), Task.owner_id != user.id)
    rows = db.session.execute(late.order_by(Task.due_at, Task.id).limit(limit)).all()
    owners = sorted({task.owner_id for task, _name in rows})
    counts = _counts(rule.overdue(), owners, user) if owners else {}
    shown = set()
    for task, name in rows:
        count = counts.get(task.owner_id, 0)
        if count and task.owner_id not in shown:
            shown.add(task.owner_id)
            text = ngettext("%(num)s file is overdue", "%(num)s files are overdue", count)
            yield Waiting(text, list_of(str(task.owner_id), (OVERDUE,)), task.due_at, who=name)
