"""Who may be made responsible for a customer, and where: only people and departments that the user may see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, false, select

from kezhi import User, acting_user, db
from kezhi.i18n import _

from ...accounts.models import Account, Department
from ..sharing.guard import check_in_charge
from .values import Invalid

ASSIGN = "customers.assign"


def choosable_owners(user: User | None = None) -> dict[int, str]:
    """Names of the active people whom the user may make an owner, by id."""
    return _names(owners_of(user or acting_user()).order_by(Account.name, Account.id))


def choosable_departments(user: User | None = None) -> dict[int, str]:
    """Names of the departments to which the user may give a customer, by id."""
    return _names(departments_of(user or acting_user()).order_by(Department.name, Department.id))


def _names(statement: Select[Any]) -> dict[int, str]:
    return {row.id: row.name for row in db.session.execute(statement)}


def owners_of(user: User) -> Any:
    people: Any = select(Account.id, Account.name).where(Account.active.is_(True))
    if user.can("customers.see_all"):
        return people
    if user.can("customers.see_department"):
        return people.where(Account.department_id.in_(user.departments) | (Account.id == user.id))
    return people.where(Account.id == user.id)


def departments_of(user: User) -> Any:
    places: Any = select(Department.id, Department.name)
    if user.can("customers.see_all"):
        return places
    if user.can("customers.see_department"):
        return places.where(Department.id.in_(user.departments))
    return places.where(Department.id == user.department_id if user.department_id else false())


def assignment(values: Mapping[str, Any], stored: Mapping[str, Any] | None) -> dict[str, Any]:
    """The owner and department to store. A new record of somebody who may not assign is their own.

    Errors: ``Invalid`` when the user may not assign, or chose somebody they may not see.
    """
    user = acting_user()
    wanted = {key: values[key] for key in ("owner_id", "department_id") if key in values}
    if stored is None and "owner_id" not in wanted and user.is_authenticated and not user.can(ASSIGN):
        return {"owner_id": user.id, "department_id": user.department_id}
    changed = {key: value for key, value in wanted.items() if stored is None or stored[key] != value}
    if not changed:
        return {}
    if not user.is_system:
        if stored is not None:
            check_in_charge([stored["id"]])
        _check_rights(changed, user)
    if changed.get("owner_id") and "department_id" not in wanted:
        place = db.session.scalar(select(Account.department_id).where(Account.id == changed["owner_id"]))
        if stored is None or stored["department_id"] != place:
            changed["department_id"] = place
    return changed


def _check_rights(changed: Mapping[str, Any], user: User) -> None:
    own = {"owner_id": user.id, "department_id": user.department_id}
    if not user.can(ASSIGN) and any(own[key] != value for key, value in changed.items()):
        field = next(key for key, value in changed.items() if own[key] != value)
        raise Invalid({field: _("You may not change who is responsible for a customer.")})
    for key, offered, column in (
        ("owner_id", owners_of, Account.id),
        ("department_id", departments_of, Department.id),
    ):
        value = changed.get(key)
        if value is not None and db.session.execute(offered(user).where(column == value)).first() is None:
            raise Invalid({key: _("Choose one of the list.")})
