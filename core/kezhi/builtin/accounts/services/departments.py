"""The tree of departments and its closure table."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, insert, literal, select, true, update
from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, NotFound, Refused, audit_record, db
from kezhi.i18n import gettext as _

from ..models import Account, Department, DepartmentClosure


@dataclass(frozen=True, slots=True)
class Node:
    """A department as the page shows it, in tree order."""

    id: int
    name: str
    depth: int
    parent_id: int | None
    manager_id: int | None
    manager: str
    people: int  #: active people of this department alone
    version: int


def add_department(name: str, parent_id: int | None = None, manager_id: int | None = None) -> Department:
    """Add a department below ``parent_id``, or at the top. Errors: ``Refused``, ``NotFound``."""
    name = _free_name(name)
    _lock_tree()
    if parent_id is not None:
        _department(parent_id)
    department = Department(name=name, parent_id=parent_id, manager_id=_manager(manager_id))
    db.session.add(department)
    try:
        db.session.flush()
    except IntegrityError as error:  # somebody else took the name a moment ago
        raise _taken(name) from error
    closure = DepartmentClosure
    above = select(closure.ancestor_id, literal(department.id), closure.depth + 1).where(
        closure.descendant_id == parent_id
    )
    db.session.execute(insert(closure).values(ancestor_id=department.id, descendant_id=department.id, depth=0))
    if parent_id is not None:
        db.session.execute(insert(closure).from_select(["ancestor_id", "descendant_id", "depth"], above))
    audit_record("department.add", "department", department.id, parent=parent_id)
    return department


def rename_department(department_id: int, version: int, name: str) -> None:
    """Give a department another name. Errors: ``Conflict`` when somebody changed it meanwhile."""
    name = _free_name(name, department_id)
    _change(department_id, version, name=name)
    audit_record("department.change", "department", department_id, fields=["name"])


def set_manager(department_id: int, user_id: int | None, version: int | None = None) -> None:
    """Name the manager of a department, or nobody."""
    _change(department_id, version, manager_id=_manager(user_id))
    audit_record("department.change", "department", department_id, fields=["manager"])


def move_department(department_id: int, parent_id: int | None, version: int | None = None) -> None:
    """Hang a department, with all below it, under another one. Errors: ``Refused`` for one of its own."""
    _lock_tree()
    closure = DepartmentClosure
    subtree = select(closure.descendant_id).where(closure.ancestor_id == department_id)
    if parent_id is not None:
        parent = _department(parent_id)
        if parent_id in set(db.session.scalars(subtree)):
            raise Refused(
                _("“%(name)s” is this department itself or below it; choose another one.", name=parent.name),
                field="parent_id",
            )
    _change(department_id, version, parent_id=parent_id)
    inside = list(db.session.scalars(subtree))
    db.session.execute(delete(closure).where(closure.descendant_id.in_(inside), closure.ancestor_id.not_in(inside)))
    if parent_id is not None:
        upper, lower = closure.__table__.alias("upper"), closure.__table__.alias("lower")
        pairs = (
            select(upper.c.ancestor_id, lower.c.descendant_id, upper.c.depth + lower.c.depth + 1)
            .select_from(upper.join(lower, true()))
            .where(upper.c.descendant_id == parent_id, lower.c.ancestor_id == department_id)
        )
        db.session.execute(insert(closure).from_select(["ancestor_id", "descendant_id", "depth"], pairs))
    audit_record("department.move", "department", department_id, parent=parent_id)


def change_department(
    department_id: int,
    version: int,
    *,
    name: str,
    parent_id: int | None,
    manager_id: int | None,
    planned: tuple[int | None, int | None] | None = None,
) -> None:
    """Everything that the page of a department changes, in one go. Errors: ``Conflict``, ``Refused``.

    ``planned`` are the heads per post, managers and staff; None leaves the establishment as it is.
    """
    from .establishment import plan_posts

    present = _department(department_id)
    values = {"name": present.name, "parent_id": present.parent_id, "manager_id": present.manager_id}
    if name != values["name"]:
        rename_department(department_id, version, name)
        version += 1
    if manager_id != values["manager_id"]:
        set_manager(department_id, manager_id, version)
        version += 1
    if parent_id != values["parent_id"]:
        move_department(department_id, parent_id, version)
        version += 1
    if planned is not None:
        _check_version(department_id, version)
        plan_posts(department_id, *planned)


def _check_version(department_id: int, version: int) -> None:
    """Errors: ``Conflict`` when somebody changed the department since."""
    if db.session.scalar(select(Department.version).where(Department.id == department_id)) != version:
        raise Conflict(_("Somebody changed this department meanwhile. Look at it again and repeat your change."))


def department_name(department_id: int | None) -> str:
    """The name of a department; empty for none."""
    if department_id is None:
        return ""
    return db.session.scalar(select(Department.name).where(Department.id == department_id)) or ""


def department_named(name: str) -> Department:
    """The department with this name. Errors: ``NotFound`` listing the names there are."""
    found: Department | None = db.session.scalar(select(Department).where(Department.name == name.strip()))
    if found is None:
        names = db.session.scalars(select(Department.name).order_by(Department.name).limit(50)).all()
        raise NotFound(
            _("There is no department “%(name)s”; there are: %(names)s.", name=name, names=", ".join(names) or "—"),
            field="department",
        )
    return found


def tree() -> list[Node]:
    """All departments, each followed by those below it, siblings by name: two statements."""
    heads = select(Account.department_id, func.count()).where(Account.active.is_(True))
    rows = db.session.execute(heads.group_by(Account.department_id))
    counts: dict[int | None, int] = {row[0]: row[1] for row in rows}
    statement = (
        select(Department, Account.name)
        .join(Account, Account.id == Department.manager_id, isouter=True)
        .order_by(Department.name)
    )
    below: dict[int | None, list[tuple[Department, str | None]]] = {}
    for row in db.session.execute(statement):
        below.setdefault(row[0].parent_id, []).append((row[0], row[1]))
    found: list[Node] = []
    waiting = [(pair, 0) for pair in reversed(below.get(None, []))]
    while waiting:
        (each, manager), depth = waiting.pop()
        people = counts.get(each.id, 0)
        found.append(
            Node(each.id, each.name, depth, each.parent_id, each.manager_id, manager or "", people, each.version)
        )
        waiting += [(pair, depth + 1) for pair in reversed(below.get(each.id, []))]
    return found


def expected_closure(parents: dict[int, int | None]) -> set[tuple[int, int, int]]:
    """The closure that follows from ``{department: parent}``."""
    found = set()
    for start in parents:
        above: int | None = start
        for depth in range(len(parents)):
            if above is None or above not in parents:
                break
            found.add((above, start, depth))
            above = parents[above]
    return found


def _department(department_id: int) -> Department:
    found = db.session.get(Department, department_id)
    if found is None:
        raise NotFound(_("There is no such department."))
    return found


def _lock_tree() -> None:
    """One change of the tree at a time (SQLite: the write transaction is alone anyway)."""
    db.session.execute(select(Department.id).order_by(Department.id).with_for_update())


def _change(department_id: int, version: int | None, **values: object) -> None:
    changed = update(Department).where(Department.id == department_id)
    if version is not None:
        changed = changed.where(Department.version == version)
    changed = changed.values(**values, version=Department.version + 1).execution_options(synchronize_session=False)
    result = db.session.execute(changed)
    db.session.expire_all()
    if result.rowcount == 0:  # type: ignore[attr-defined]
        _department(department_id)
        raise Conflict(_("Somebody changed this department meanwhile. Look at it again and repeat your change."))


def _free_name(name: str, own_id: int | None = None) -> str:
    name = " ".join(name.replace("\0", " ").split())
    if not name or len(name) > 80:
        raise Refused(_("Give the department a name of 1 to 80 characters."), field="name")
    other = db.session.scalar(select(Department.id).where(Department.name == name))
    if other is not None and other != own_id:
        raise _taken(name)
    return name


def _taken(name: str) -> Refused:
    return Refused(_("There is a department “%(name)s” already; choose another name.", name=name), field="name")


def _manager(user_id: int | None) -> int | None:
    """The id, once it is that of an active person."""
    if user_id is None:
        return None
    found = db.session.scalar(select(Account.id).where(Account.id == user_id, Account.active.is_(True)))
    if found is None:
        raise Refused(_("The manager must be an active user."), field="manager_id")
    return user_id
