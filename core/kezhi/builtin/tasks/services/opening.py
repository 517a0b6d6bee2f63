"""Opening tasks and giving them to others. Every function expects an open ``writing()``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kezhi import Conflict, NotFound, Refused, User, acting_user, announce, audit_record, clock, db
from kezhi.i18n import _, in_both_languages

from ...accounts.models import Account
from ..contributions import Occasion
from ..kinds import known_kind
from ..models import Task
from ..rules import SEE_ALL, may_manage
from ..telling import tell_assigned
from .queries import task_by_id

BATCH = 500  #: rows of one statement, and ids of one announcement


def open_task(kind: str, occasion: Occasion) -> Task | None:
    """Make a task of an occasion; None when it was one already, open or not. Errors: as :func:`open_tasks`."""
    found = open_tasks(kind, [occasion])
    return db.session.get(Task, found[0], execution_options={"kezhi_unscoped": True}) if found else None


def open_tasks(kind: str, occasions: Sequence[Occasion]) -> list[int]:
    """Make tasks of what is due; those that are tasks already stay as they are. The ids of the new ones.

    One statement for every 500. Errors: ``ValueError`` for one that is up to nobody, ``LookupError`` for a kind that no
    enabled app has.
    """
    title, now, login = in_both_languages(known_kind(kind).title), clock.now(), acting_user().login
    made: list[int] = []
    for start in range(0, len(occasions), BATCH):
        rows = [
            {
                "kind": kind,
                "kind_title": title,
                "created_at": now,
                "created_by": login,
                "level": 0,
                "closed_by": "",
                "outcome": "",
                "reason": "",
                **_values(kind, each),
            }
            for each in occasions[start : start + BATCH]
        ]
        dialect: Any = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
        table: Any = Task.__table__
        statement = dialect.insert(table).values(rows).on_conflict_do_nothing().returning(table.c.id)
        ids = list(db.session.scalars(statement))
        if ids:
            announce(Task, "create", ids)
        made += ids
    if made:
        audit_record("task.open", "tasks", kind, count=len(made), ids=made[:20])
    return made


def _values(kind: str, occasion: Occasion) -> dict[str, Any]:
    if occasion.owner_id is None and occasion.department_id is None:
        raise ValueError(f"the task {kind} {occasion.slot!r} is up to nobody: give it an owner or a department")
    return {
        "slot": occasion.slot,
        "due_at": occasion.due_at,
        "owner_id": occasion.owner_id,
        "department_id": occasion.department_id,
        "subject": occasion.subject,
        "reference": occasion.reference,
        "customer_id": occasion.customer_id,
    }


def receivers(user: User) -> list[tuple[int, str]]:
    """Whom a person may give tasks: the active people of the own departments, or of all; by name."""
    statement = select(Account.id, Account.name).where(Account.active.is_(True)).order_by(Account.name, Account.id)
    if not (user.is_system or user.can(SEE_ALL)):
        own = or_(Account.department_id.in_(sorted(user.departments)), Account.id == user.id)
        statement = statement.where(own)
    return [(row.id, row.name) for row in db.session.execute(statement)]


def reassign(task_id: int, owner_id: int, *, seen_owner: int | None = None) -> Task:
    """Give an open task to another person. ``seen_owner`` is whose it was when the acting person looked at it.

    Errors: ``NotFound`` when the acting person does not see it or may not give it away; ``Refused`` for somebody whom
    they may not choose; ``Conflict`` when it was closed or given away meanwhile.
    """
    found, user = task_by_id(task_id), acting_user()
    if not may_manage(user, found.owner_id, found.department_id, department_of(found.owner_id)):
        raise NotFound(_("There is no such task."))
    if owner_id not in dict(receivers(user)):
        raise Refused(_("Choose one of the list."), field="owner")
    before = seen_owner if seen_owner is not None else found.owner_id
    same = Task.owner_id.is_(None) if before is None else Task.owner_id == before
    statement = update(Task).where(Task.id == task_id, Task.closed_at.is_(None), same).values(owner_id=owner_id)
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    if result.rowcount != 1:
        raise Conflict(_("This task was closed or given to somebody else meanwhile. Look at it again."))
    db.session.refresh(found)
    audit_record("task.assign", "task", task_id, owner=owner_id, before=before)
    announce(Task, "update", [task_id])
    tell_assigned(found)
    return found


def department_of(user_id: int | None) -> int | None:
    """The department that a person works in."""
    found = db.session.scalar(select(Account.department_id).where(Account.id == user_id)) if user_id else None
    return None if found is None else int(found)
