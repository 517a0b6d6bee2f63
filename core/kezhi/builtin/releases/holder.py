"""Which department holds the customer files: the one place that gives out customer data (统一口径, CUS-09)."""

from __future__ import annotations

from sqlalchemy import and_, exists, select

from kezhi import Refused, User, db, setting
from kezhi.i18n import _

from ..accounts.models import Account, AccountRole, Department, DepartmentClosure

#: where nothing is set, the department in which whoever has this role works
DEFAULT_ROLE = "customer-service-manager"
ACCOUNTS, ROLES, CLOSURE = Account.__table__, AccountRole.__table__, DepartmentClosure.__table__


def holding_department() -> int | None:
    """The id of the department; None where nothing is set and nobody is the customer-service manager."""
    chosen = str(setting("releases", "holder") or "")
    if chosen.isdigit():
        there = db.session.scalar(select(Department.id).where(Department.id == int(chosen)))
        if there is not None:
            return int(there)
    statement = (
        select(ACCOUNTS.c.department_id)
        .join(ROLES, ROLES.c.user_id == ACCOUNTS.c.id)
        .where(ROLES.c.role_key == DEFAULT_ROLE, ACCOUNTS.c.active.is_(True), ACCOUNTS.c.department_id.is_not(None))
        .order_by(ACCOUNTS.c.id)
        .limit(1)
    )
    found = db.session.scalar(statement)
    return None if found is None else int(found)


def the_holder() -> int:
    """The same. Errors: ``Refused`` where there is none."""
    found = holding_department()
    if found is None:
        raise Refused(
            _(
                "Nobody holds the customer files: choose the department under Settings, Data requests, or give the "
                "customer-service manager a department."
            )
        )
    return found


def holder_name() -> str:
    """What the department is called; empty where there is none."""
    return str(db.session.scalar(select(Department.name).where(Department.id == holding_department())) or "")


def holding_manager() -> int | None:
    """Who manages the department, while active."""
    statement = (
        select(Account.id)
        .join(Department, Department.manager_id == Account.id)
        .where(Department.id == holding_department(), Account.active.is_(True))
    )
    found = db.session.scalar(statement)
    return None if found is None else int(found)


def is_member(user: User) -> bool:
    """Whether a person works in the department or below it. Managers above it do not hold its files."""
    if user.department_id is None:
        return False
    found = holding_department()
    if found is None or user.department_id == found:
        return found is not None
    inside = exists().where(CLOSURE.c.ancestor_id == found, CLOSURE.c.descendant_id == user.department_id)
    return bool(db.session.scalar(select(inside)))


def members(right: str) -> list[int]:
    """The ids of the active people of the department who have a right."""
    from ..accounts.services import load_users

    found = holding_department()
    inside = select(CLOSURE.c.descendant_id).where(CLOSURE.c.ancestor_id == found)
    people = load_users(and_(Account.department_id.in_(inside), Account.active.is_(True)))
    return [each.id for each in people if each.id is not None and each.can(right)]
