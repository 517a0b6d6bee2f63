"""The departments that a person manages: somebody else becomes their manager."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select, update

from kezhi import announce, audit_record, can, db
from kezhi import lazy_gettext as _l

from ..accounts.models import Department
from .contributions import HandOver, Name

department: Any = Department.__table__


def parts() -> list[HandOver]:
    """What this builtin itself hands over."""
    return [HandOver("handover.departments", _l("Departments managed"), items, names, move, icon="diagram-3", order=5)]


def items(person: int) -> Select[Any]:
    managed = select(department.c.id.label("record_id"), department.c.name.label("label"))
    return managed.where(department.c.manager_id == person)


def names(ids: Sequence[int]) -> Mapping[int, Name]:
    rows = db.session.execute(select(department.c.id, department.c.name).where(department.c.id.in_(ids)))
    may_open = can("accounts.manage")
    return {
        row.id: Name(row.name, "accounts.department" if may_open else "", {"department_id": row.id}) for row in rows
    }


def move(person: int, to: int, ids: Select[Any]) -> list[tuple[Any, int]]:
    chosen = list(db.session.scalars(ids))
    changed = update(department).where(department.c.id.in_(chosen), department.c.manager_id == person)
    db.session.execute(changed.values(manager_id=to, version=department.c.version + 1))
    db.session.expire_all()
    for each in chosen:
        audit_record("department.change", "department", each, fields=["manager"])
    announce(Department, "update", chosen)
    return []
