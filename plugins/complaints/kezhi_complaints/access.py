"""Who sees which complaints, and who may do what with them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from kezhi import ALL, Access, Permission, User, visible_ids
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.models import Department
from kezhi.builtin.accounts.services.roles import shipped_roles
from kezhi.builtin.customers.models import Customer

from .models import (
    Complaint,
    Correction,
    CorrectiveAction,
    Event,
    Feedback,
    Guidance,
    Hearing,
    Help,
    Investigation,
    Part,
    Progress,
    Remedy,
    Responsibility,
    Satisfaction,
)

READ, ALL_UNITS, REGISTER, HANDLE = "complaints.read", "complaints.all", "complaints.register", "complaints.handle"
LISTS, EXPORT, GUIDE = "complaints.lists", "complaints.export", "complaints.guide"
ASSIST, LEVELS = "complaints.assist", "complaints.levels"

#: roles of the customer-service department: they see the complaints of every unit and handle them
SERVICE_DESK = ("customer-service-agent", "customer-service-manager")
DIRECTORS = ("deputy-general-manager", "general-manager")
#: roles that write down what a customer complains about
SELLERS = (
    "salesperson",
    "account-manager",
    "order-clerk",
    "sales-supervisor",
    "sales-manager",
    "sales-director",
    "regional-representative",
    "regional-manager",
)
READERS = (
    *SERVICE_DESK,
    *DIRECTORS,
    *SELLERS,
    "department-manager",
    "project-manager",
    "finance",
    "inventory-control",
    "technical-department",
    "materials-head",
)

COMPLAINTS: Any = Complaint.__table__
EVENTS: Any = Event.__table__
FEEDBACK: Any = Feedback.__table__
DEPARTMENTS: Any = Department.__table__
PARTS: Any = Part.__table__
INVESTIGATIONS: Any = Investigation.__table__
HELP: Any = Help.__table__


def permissions() -> list[Permission]:
    """The rights. Who takes part in a complaint (receiver, handler) sees it whatever the customer."""
    return [
        Permission(READ, _l("See the complaints of one's customers and those one has a part in"), roles=READERS),
        Permission(
            ALL_UNITS,
            _l("See complaints of no customer of ours, too, and those of every unit"),
            roles=(*SERVICE_DESK, *DIRECTORS),
        ),
        Permission(REGISTER, _l("Register complaints"), roles=(*SERVICE_DESK, *SELLERS)),
        Permission(HANDLE, _l("Accept, assign, judge and answer complaints"), roles=SERVICE_DESK),
        Permission(GUIDE, _l("Leave guidance on the complaints of every unit"), roles=("customer-service-manager",)),
        Permission(ASSIST, _l("Assist with complaints when asked"), roles=tuple(shipped_roles())),
        Permission(LISTS, _l("Keep the lists of kinds, causes and channels"), roles=("customer-service-manager",)),
        Permission(LEVELS, _l("Decide what each service tier is promised"), roles=("customer-service-manager",)),
        Permission(EXPORT, _l("Export complaints"), roles=("customer-service-manager", *DIRECTORS)),
    ]


def access() -> list[Access]:
    """Events, corrections and guidance follow their complaint, progress its feedback.

    Findings and requests for help have rules of their own.
    """
    complaint: Any = Complaint.id
    follow: dict[type, Any] = {
        Event: Event.complaint_id,
        Correction: Correction.complaint_id,
        Guidance: Guidance.complaint_id,
        Part: Part.complaint_id,
        Remedy: Remedy.complaint_id,
        Responsibility: Responsibility.complaint_id,
        CorrectiveAction: CorrectiveAction.complaint_id,
        Satisfaction: Satisfaction.complaint_id,
    }
    feedback: Any = Feedback.id
    progress: Any = Progress.feedback_id
    investigation: Any = Investigation.id
    hearings: dict[type, Any] = {Hearing: Hearing.investigation_id}
    help_id: Any = Help.id
    return [
        Access(Complaint, complaint, complaint_grants, follow),
        Access(Feedback, feedback, feedback_grants, {Progress: progress}),
        Access(Investigation, investigation, investigation_grants, hearings),
        Access(Help, help_id, help_grants),
    ]


def complaint_grants(user: User) -> Any:
    """Those of the customers one sees, those one has a part in, and for who sees every unit those of no customer.

    Nobody sees a complaint about themself, whatever their rights (CMP-10, CMP-11).
    """
    c, not_me, customers = COMPLAINTS.c, not_about(user), visible_ids(Customer, user)
    every = user.can(ALL_UNITS)
    if every and customers is None:
        return not_me
    known = c.customer_id.is_not(None) if customers is None else c.customer_id.in_(customers)
    found = [
        select(c.id).where(not_me, known),
        select(c.id).where(not_me, c.handler_id == user.id),
        select(c.id).where(not_me, c.received_by_id == user.id),
        # who has had a turn in it: also the leader it was escalated to
        select(c.id).where(not_me, c.id.in_(select(EVENTS.c.complaint_id).where(EVENTS.c.owner_id == user.id))),
        _with_part(user, c.id),
    ]
    return [*found, select(c.id).where(not_me, c.customer_id.is_(None))] if every else found


def feedback_grants(user: User) -> Any:
    """That of the customers one sees, what one wrote down or was given, that of a department one leads, and for who
    sees every unit that of no customer (CMP-05)."""
    c, customers = FEEDBACK.c, visible_ids(Customer, user)
    every = user.can(ALL_UNITS)
    if every and customers is None:
        return ALL
    led = select(DEPARTMENTS.c.id).where(DEPARTMENTS.c.manager_id == user.id)
    known = c.customer_id.is_not(None) if customers is None else c.customer_id.in_(customers)
    found = [
        select(c.id).where(known),
        select(c.id).where(c.owner_id == user.id),
        select(c.id).where(c.received_by_id == user.id),
        select(c.id).where(c.department_id.in_(led)),
    ]
    return [*found, select(c.id).where(c.customer_id.is_(None))] if every else found


def investigation_grants(user: User) -> Any:
    """Who sees every unit, the handler, and who takes part: the investigator, the leader, the unit that answers.

    Who sees the complaint because of the customer does not. The person complained about never does.
    """
    c, own = COMPLAINTS.c, INVESTIGATIONS.c
    if user.can(ALL_UNITS):
        return [select(own.id).where(own.complaint_id.in_(_seen(user)))]
    mine = select(own.id).join(COMPLAINTS, c.id == own.complaint_id).where(not_about(user))
    return [
        mine.where(c.handler_id == user.id),
        mine.where(own.investigator_id == user.id, own.ended_at.is_(None)),
        _with_part(user, own.id, INVESTIGATIONS, own.complaint_id == c.id),
    ]


def help_grants(user: User) -> Any:
    """Who is asked, or works in the department that is; who asked; and who sees every unit."""
    c, own = COMPLAINTS.c, HELP.c
    mine = select(own.id).join(COMPLAINTS, c.id == own.complaint_id).where(not_about(user))
    found = [mine.where(own.person_id == user.id), mine.where(own.asked_by_id == user.id),
             mine.where(c.handler_id == user.id)]  # fmt: skip
    if user.departments:
        here = own.department_id.in_(sorted(user.departments))
        found.append(mine.where(own.person_id.is_(None), here))
    if user.can(ALL_UNITS):
        found.append(select(own.id).where(own.complaint_id.in_(_seen(user))))
    return found


def _with_part(user: User, column: Any, table: Any = None, on: Any = None) -> Any:
    mine = select(column).select_from(COMPLAINTS).join(PARTS, PARTS.c.complaint_id == COMPLAINTS.c.id)
    if table is not None:
        mine = mine.join(table, on)
    return mine.where(not_about(user), PARTS.c.user_id == user.id)


def _seen(user: User) -> Any:
    ids = visible_ids(Complaint, user)
    return select(COMPLAINTS.c.id) if ids is None else ids


def not_about(user: User) -> ColumnElement[bool]:
    """The complaint is not about this person."""
    condition: ColumnElement[bool] = or_(COMPLAINTS.c.accused_id.is_(None), COMPLAINTS.c.accused_id != user.id)
    return condition
