"""Who may have a part in a complaint: nobody in one about themself, nor whoever stands in for them (CMP-10, CMP-11)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kezhi import Refused, User, db
from kezhi.builtin.accounts.models import Account, Department, DepartmentClosure
from kezhi.builtin.accounts.services import load_users, user_by_id, users_with_role
from kezhi.builtin.approvals.deputies import deputies_of
from kezhi.i18n import _

from ..access import HANDLE, READ
from ..models import OPEN_ACTIONS, Complaint, CorrectiveAction, Help, Investigation, Part

INVESTIGATIONS: Any = Investigation.__table__
PARTS: Any = Part.__table__
HELP: Any = Help.__table__
ACTIONS: Any = CorrectiveAction.__table__
ACCOUNTS: Any = Account.__table__
DEPARTMENTS: Any = Department.__table__
CLOSURE: Any = DepartmentClosure.__table__


def barred(complaint: Complaint) -> set[int]:
    """The person complained about and who stands in for them today: they have no part in this complaint."""
    if complaint.accused_id is None:
        return set()
    return {complaint.accused_id, *db.session.scalars(deputies_of({complaint.accused_id}))}


def check_not_barred(complaint: Complaint, user_id: int | None, field: str | None = None) -> None:
    """Errors: ``Refused`` for the person complained about and for who stands in for them today."""
    if user_id is None or user_id not in barred(complaint):
        return
    if user_id == complaint.accused_id:
        raise Refused(_("Nobody handles a complaint about themself: choose somebody else."), field=field)
    raise Refused(
        _("Whoever stands in for the person complained about has no part in this complaint: choose somebody else."),
        field=field,
    )


def investigators_of(complaint: Complaint) -> set[int]:
    """Everybody who ever investigated this complaint."""
    mine = INVESTIGATIONS.c.complaint_id == complaint.id
    return set(db.session.scalars(select(INVESTIGATIONS.c.investigator_id).where(mine)))


def check_handler(complaint: Complaint, user_id: int | None) -> User:
    """The person who is to handle a complaint. Errors: ``Refused`` at ``handler`` with the reason."""
    person = _active(user_id, "handler")
    check_not_barred(complaint, person.id, "handler")
    if not person.can(HANDLE):
        raise Refused(_("%(name)s does not handle complaints.", name=person.name), field="handler")
    if person.id in investigators_of(complaint):
        raise Refused(
            _("%(name)s investigates this complaint, and so does not answer it.", name=person.name), field="handler"
        )
    return person


def check_investigator(complaint: Complaint, user_id: int | None, *, handler_id: int | None = None) -> User:
    """The person who is to investigate, no party to the complaint. Errors: ``Refused`` at ``investigator``."""
    person = _active(user_id, "investigator")
    check_not_barred(complaint, person.id, "investigator")
    if not person.can(READ):
        raise Refused(_("%(name)s cannot open complaints.", name=person.name), field="investigator")
    if person.id == (complaint.handler_id if handler_id is None else handler_id):
        raise Refused(
            _("%(name)s handles and answers this complaint, and so does not investigate it.", name=person.name),
            field="investigator",
        )
    if person.id in complained_unit(complaint):
        raise Refused(
            _("%(name)s belongs to the department complained about: choose somebody outside of it.", name=person.name),
            field="investigator",
        )
    return person


def complained_unit(complaint: Complaint) -> set[int]:
    """The people of the department complained about and of those below it, and its manager."""
    if complaint.department_id is None:
        return set()
    below = select(CLOSURE.c.descendant_id).where(CLOSURE.c.ancestor_id == complaint.department_id)
    people = select(ACCOUNTS.c.id).where(ACCOUNTS.c.department_id.in_(below))
    managed = DEPARTMENTS.c.id.in_(below) & DEPARTMENTS.c.manager_id.is_not(None)
    managers = select(DEPARTMENTS.c.manager_id).where(managed)
    return set(db.session.scalars(people.union(managers)))


def possible_handlers(complaint: Complaint) -> list[tuple[int, str]]:
    """Who can be chosen as handler, by name."""
    out = barred(complaint) | investigators_of(complaint)
    return [(each.id, each.name) for each in _people() if each.id not in out and each.can(HANDLE)]


def possible_investigators(complaint: Complaint) -> list[tuple[int, str]]:
    """Who can be chosen as investigator, by name."""
    out = barred(complaint) | complained_unit(complaint) | {complaint.handler_id}
    return [(each.id, each.name) for each in _people() if each.id not in out and each.can(READ)]


def possible_helpers(complaint: Complaint) -> list[tuple[int, str]]:
    """Who can be asked for help, by name: everybody but who has no part in it."""
    out = barred(complaint)
    return [(each.id, each.name) for each in _people() if each.id not in out]


def check_accused(complaint: Complaint, accused_id: int | None) -> None:
    """Before somebody is named as the person complained about: they must have no part in it any more.

    Errors: ``Refused`` at ``accused`` while they handle or investigate it, are asked for help with it, or have a
    corrective action to carry out or to check.
    """
    if accused_id is None:
        return
    running = select(INVESTIGATIONS.c.investigator_id).where(
        INVESTIGATIONS.c.complaint_id == complaint.id, INVESTIGATIONS.c.ended_at.is_(None)
    )
    asked = select(HELP.c.person_id).where(HELP.c.complaint_id == complaint.id, HELP.c.state == "asked")
    own = ACTIONS.c
    open_ones = (own.complaint_id == complaint.id) & own.state.in_(OPEN_ACTIONS)
    acts = select(own.owner_id).where(open_ones).union(select(own.checker_id).where(open_ones))
    taking_part = {
        complaint.handler_id,
        *(each for rows in (running, asked, acts) for each in db.session.scalars(rows)),
    }
    if accused_id in taking_part:
        raise Refused(
            _("This person handles or investigates the complaint: give it to somebody else first."), field="accused"
        )


def leaders_above(department_id: int | None) -> list[int]:
    """The active managers of a department and of those above it, the nearest first."""
    statement = (
        select(DEPARTMENTS.c.manager_id)
        .join(CLOSURE, CLOSURE.c.ancestor_id == DEPARTMENTS.c.id)
        .join(ACCOUNTS, ACCOUNTS.c.id == DEPARTMENTS.c.manager_id)
        .where(CLOSURE.c.descendant_id == department_id, ACCOUNTS.c.active.is_(True))
        .order_by(CLOSURE.c.depth)
    )
    return list(dict.fromkeys(db.session.scalars(statement)))


def department_of(user_id: int | None) -> int | None:
    """The department that a person works in."""
    found: int | None = db.session.scalar(select(ACCOUNTS.c.department_id).where(ACCOUNTS.c.id == user_id))
    return found


def leader_for(complaint: Complaint) -> int | None:
    """To whom a complaint goes up next: the direct leader of its handler, after that the one above, and so on.

    Never the handler, never who is barred; where nobody is further up, the last one again. Without a handler it starts
    with the department that received it; where the tree knows no leader, with the managers of customer service.
    """
    out = barred(complaint) | {complaint.handler_id}
    start = department_of(complaint.handler_id or complaint.received_by_id)
    line = [each for each in leaders_above(start) if each not in out]
    line = line or [each.id for each in users_with_role("customer-service-manager") if each.id not in out]
    return line[min(complaint.level, len(line) - 1)] if line else None


def leader_name(complaint: Complaint) -> str:
    """The name of :func:`leader_for`, empty where there is none."""
    return str(db.session.scalar(select(ACCOUNTS.c.name).where(ACCOUNTS.c.id == leader_for(complaint))) or "")


def add_part(complaint: Complaint, user_id: int, role: str) -> None:
    """Somebody takes part in a complaint from now on, and sees it."""
    mine = (PARTS.c.complaint_id == complaint.id) & (PARTS.c.user_id == user_id) & (PARTS.c.role == role)
    if db.session.execute(select(PARTS.c.id).where(mine)).first() is None:
        db.session.add(Part(complaint_id=complaint.id, user_id=user_id, role=role))
        db.session.flush()


def end_part(complaint: Complaint, user_id: int, role: str) -> None:
    """Somebody no longer takes part in this role."""
    db.session.execute(
        PARTS.delete().where(PARTS.c.complaint_id == complaint.id, PARTS.c.user_id == user_id, PARTS.c.role == role)
    )


def _active(user_id: int | None, field: str) -> User:
    person = user_by_id(user_id) if user_id else None
    if person is None:
        raise Refused(_("Choose a person from the list."), field=field)
    return person


def _people() -> list[Any]:
    return load_users(Account.active.is_(True))
