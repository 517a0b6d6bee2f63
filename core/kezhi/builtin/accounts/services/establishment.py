"""The establishment (岗位设置): planned heads per post of each department, against the actual ones (ORG-01)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update

from kezhi import Refused, audit_record, db
from kezhi.i18n import gettext as _

from ..models import Account, Department
from .departments import Node, tree

MOST = 9999  #: heads of one post


@dataclass(frozen=True, slots=True)
class Post:
    """Heads of one post. ``planned`` is None where the company has not decided."""

    planned: int | None
    actual: int

    @property
    def missing(self) -> int:
        """Heads that are planned and not there; negative: more than planned."""
        return 0 if self.planned is None else self.planned - self.actual


@dataclass(frozen=True, slots=True)
class Row:
    """A department with its posts. The manager counts as such wherever they work, and not once more as staff."""

    node: Node
    managers: Post
    staff: Post


def establishment() -> list[Row]:
    """All departments in tree order; three statements."""
    columns = (Department.id, Department.planned_managers, Department.planned_staff)
    statement = select(*columns, Account.active, Account.department_id).join(
        Account, Account.id == Department.manager_id, isouter=True
    )
    plans = {row.id: row for row in db.session.execute(statement)}
    found = []
    for node in tree():
        plan = plans[node.id]
        managers = 1 if plan.active else 0
        staff = node.people - (1 if plan.active and plan.department_id == node.id else 0)
        found.append(Row(node, Post(plan.planned_managers, managers), Post(plan.planned_staff, staff)))
    return found


def total(posts: list[Post]) -> Post:
    """Several departments together; what one of them has not planned counts as it is."""
    if all(post.planned is None for post in posts):
        return Post(None, sum(post.actual for post in posts))
    planned = sum(post.actual if post.planned is None else post.planned for post in posts)
    return Post(planned, sum(post.actual for post in posts))


def plan_posts(department_id: int, managers: int | None, staff: int | None) -> bool:
    """Decide how many heads a department has per post; whether that changed. Inside ``writing()``.

    Errors: ``Refused`` for a number that is none.
    """
    for field, value in (("planned_managers", managers), ("planned_staff", staff)):
        if value is not None and not 0 <= value <= MOST:
            raise Refused(_("Write a number from 0 to %(most)s.", most=MOST), field=field)
    before = db.session.execute(
        select(Department.planned_managers, Department.planned_staff).where(Department.id == department_id)
    ).one()
    if tuple(before) == (managers, staff):
        return False
    changed = update(Department).where(Department.id == department_id)
    changed = changed.values(planned_managers=managers, planned_staff=staff, version=Department.version + 1)
    db.session.execute(changed.execution_options(synchronize_session=False))
    db.session.expire_all()
    audit_record("department.plan", "department", department_id, managers=managers, staff=staff)
    return True
