"""Who may do what to keep customer files in order, unless the company decides otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, or_, select, true

from kezhi import ALL, Access, Permission, User, visible_ids
from kezhi import lazy_gettext as _l

from ..customers.models import Customer
from ..customers.rules import KEEPERS, READERS, WRITERS
from ..tasks.roles import MANAGERS
from . import models

READ, VERIFY, OVERSEE = "customers.read", "upkeep.verify", "upkeep.oversee"
NOTES, WRITE_NOTES = "upkeep.notes", "upkeep.write_notes"
NOTES_DEPARTMENT, NOTES_ALL, EXPORT_NOTES = "upkeep.notes_department", "upkeep.notes_all", "upkeep.export_notes"

PROCEDURES, PROTECT = "upkeep.procedures", "upkeep.protect"
COPIES, GUIDANCE, GUIDE = "upkeep.copies", "upkeep.guidance", "upkeep.guide"

#: who sells, and tells each month what competitors do
SELLERS = ("salesperson", "account-manager", "regional-representative")
#: who evaluates the notes of the whole company
EVALUATORS = (
    "marketing-planner", "marketing-supervisor", "sales-director", "data-analyst", "deputy-general-manager",
    "general-manager",
)  # fmt: skip
#: who may be named for data protection, and looks after it
PROTECTORS = (
    "customer-service-manager", "customer-information-officer", "department-manager", "deputy-general-manager",
    "general-manager",
)  # fmt: skip


def permissions() -> list[Permission]:
    """The rights, with the roles that have them by default."""
    readers = tuple(dict.fromkeys((*SELLERS, *MANAGERS, *EVALUATORS)))
    return [
        Permission(VERIFY, _l("Verify customer files"), WRITERS),
        Permission(OVERSEE, _l("See on the first page whose customer files are overdue for verification"), MANAGERS),
        Permission(NOTES, _l("Read the own competitive-environment notes"), readers),
        Permission(WRITE_NOTES, _l("Write competitive-environment notes"), SELLERS),
        Permission(NOTES_DEPARTMENT, _l("Read the competitive-environment notes of the own departments"), MANAGERS),
        Permission(NOTES_ALL, _l("Read all competitive-environment notes"), EVALUATORS),
        Permission(EXPORT_NOTES, _l("Export competitive-environment notes"), EVALUATORS),
        Permission(PROCEDURES, _l("Read the procedures for handling customer data"), READERS),
        Permission(COPIES, _l("Record where the copies of base files are"), (*KEEPERS, "department-manager")),
        Permission(GUIDANCE, _l("Read supervision and guidance of customer files"), WRITERS),
        Permission(GUIDE, _l("Record supervision and guidance of customer files"), ("customer-service-manager",)),
        Permission(PROTECT, _l("Look after data protection: name the person, publish, check"), PROTECTORS),
    ]


def access() -> list[Access]:
    """What hangs on a customer is seen by who sees the customer; a note by its author and by who leads or evaluates."""
    verification: Any = models.Verification
    found = [Access(verification, verification.id, _with_customer(verification))]
    for model in (models.MarketNote, models.Observation):
        key: Any = model.id
        found.append(Access(model, key, _notes(model)))
    link: Any = models.ObservationCustomer
    found.append(Access(link, link.observation_id, _concerned))
    copy: Any = models.BaseCopy
    guidance: Any = models.Guidance
    found += [Access(copy, copy.customer_id, _with_customer(copy)), Access(guidance, guidance.id, _guidance)]
    return found + protection_access()


def protection_access() -> list[Access]:
    """Procedures and who is in charge: whoever handles customer data. Checks: who looks after data protection, a
    finding its owner too.
    """
    check: Any = models.SecurityCheck
    items: dict[type, Any] = {models.CheckItem: models.CheckItem.check_id}
    found = [Access(check, check.id, _who_can(PROTECT), items)]
    for model in (models.Officer, models.Procedure):
        key: Any = model.id
        found.append(Access(model, key, _who_can(PROCEDURES)))
    finding: Any = models.Finding
    read: Any = models.Acknowledgement
    found.append(Access(finding, finding.id, _own_or(finding.__table__.c.owner_id, PROTECT)))
    found.append(Access(read, read.procedure_id, _own_or(read.__table__.c.user_id, PROTECT)))
    return found


def _guidance(user: User) -> Any:
    """Guidance about a file: who sees the file; about the work as such: who gives or gets it, or it was for all."""
    if user.is_system:
        return ALL
    table = models.Guidance.__table__.c
    customer = _with_customer(models.Guidance)(user)
    seen = true() if isinstance(customer, str) else or_(table.customer_id.is_(None), customer)
    if user.can(GUIDE):
        return ALL if isinstance(customer, str) else seen
    mine = or_(table.by_id == user.id, table.person_id == user.id, table.person_id.is_(None))
    return and_(seen, or_(table.customer_id.is_not(None), mine))


def _who_can(permission: str) -> Callable[[User], Any]:
    return lambda user: ALL if user.is_system or user.can(permission) else []


def _own_or(column: Any, permission: str) -> Callable[[User], Any]:
    return lambda user: ALL if user.is_system or user.can(permission) else column == user.id


def _with_customer(model: Any) -> Callable[[User], Any]:
    """Rows of a table with a customer."""

    def grants(user: User) -> Any:
        ids = visible_ids(Customer, user)
        return ALL if ids is None else model.__table__.c.customer_id.in_(ids)

    return grants


def _notes(model: Any) -> Callable[[User], Any]:
    """Notes and their observations: both say whose they are."""
    table = model.__table__.c

    def grants(user: User) -> Any:
        if user.is_system or user.can(NOTES_ALL):
            return ALL
        found = [table.user_id == user.id]
        if user.can(NOTES_DEPARTMENT) and user.departments:
            found.append(table.department_id.in_(sorted(user.departments)))
        return or_(*found)

    return grants


def _concerned(user: User) -> Any:
    """Which customers an observation concerns: of observations that one sees, the customers that one sees."""
    if user.is_system:
        return ALL
    table, observation = models.ObservationCustomer.__table__.c, models.Observation.__table__.c
    seen = _notes(models.Observation)(user)
    customer = _with_customer(models.ObservationCustomer)(user)
    found = [] if customer == ALL else [customer]
    if not isinstance(seen, str):
        found.append(table.observation_id.in_(select(observation.id).where(seen)))
    return and_(*found) if found else ALL
