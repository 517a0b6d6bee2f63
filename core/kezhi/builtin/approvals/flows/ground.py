"""Who there is to sign: roles, their holders, people and departments, read at once for all steps of a flow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import and_, select

from kezhi import db

from ...accounts.models import Account, AccountRole, Department, DepartmentClosure
from ...accounts.services import load_users, role_titles
from ..contributions import EVERYBODY, Step
from .resolving import chain_above

Person = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Ground:
    """What the checks and the preview look people up in."""

    roles: dict[str, Any]  #: key → title
    holders: dict[str, list[Person]]  #: role → active people, by name
    people: dict[int, str]  #: those named by a step who are active and may sign
    departments: dict[int, str]
    above: dict[int, frozenset[int]] = field(default_factory=dict)  #: department → itself and those above it

    def signers(self, step: Step) -> list[Person] | None:
        """Who could sign a step; None where that depends on who puts the request up."""
        if step.manager_level is not None:
            return None
        if step.role is not None:
            return self.holders.get(step.role, [])
        named = step.people or (() if step.user_id is None else (step.user_id,))
        return [(each, self.people[each]) for each in dict.fromkeys(named) if each in self.people]


def signs_whole(step: Step) -> bool:
    """Whether all of a step's people have to sign."""
    return step.user_id is not None or step.in_turn or step.needs == EVERYBODY


def ground_of(steps: Sequence[Step]) -> Ground:
    """The ground of these steps; the number of statements does not depend on how many there are."""
    keys = sorted({step.role for step in steps if step.role})
    named = {each for step in steps for each in (*step.people, step.user_id) if each is not None}
    wanted = sorted({step.department_id for step in steps if step.department_id is not None})
    departments, above = _departments(wanted)
    users = load_users(Account.id.in_(sorted(named))) if named else []
    people = {user.id: user.name for user in users if user.id is not None and user.can("approvals.use")}
    return Ground(role_titles(), _holders(keys), people, departments, above)


def _holders(keys: list[str]) -> dict[str, list[Person]]:
    if not keys:
        return {}
    held, account = AccountRole.__table__.c, Account.__table__
    rows = db.session.execute(
        select(held.role_key, account.c.id, account.c.name)
        .join(account, account.c.id == held.user_id)
        .where(held.role_key.in_(keys), account.c.active)
        .order_by(held.role_key, account.c.name, account.c.id)
    )
    return {key: [(row.id, row.name) for row in theirs] for key, theirs in groupby(rows, key=lambda row: row.role_key)}


def _departments(wanted: list[int]) -> tuple[dict[int, str], dict[int, frozenset[int]]]:
    if not wanted:
        return {}, {}
    rows = db.session.execute(select(Department.id, Department.name).where(Department.id.in_(wanted)))
    closure = DepartmentClosure.__table__.c
    pairs = db.session.execute(
        select(closure.descendant_id, closure.ancestor_id)
        .where(closure.descendant_id.in_(wanted))
        .order_by(closure.descendant_id)
    )
    above = {
        key: frozenset(row.ancestor_id for row in theirs) for key, theirs in groupby(pairs, key=lambda row: row[0])
    }
    return {row.id: row.name for row in rows}, above


def without_manager(level: int) -> list[str]:
    """Names of active people above whom there are fewer than ``level`` managers: two statements."""
    closure, department, account = DepartmentClosure.__table__, Department.__table__, Account.__table__
    rows = db.session.execute(
        select(closure.c.descendant_id, account.c.id, account.c.name)
        .join(department, department.c.id == closure.c.ancestor_id)
        .join(account, and_(account.c.id == department.c.manager_id, account.c.active))
        .order_by(closure.c.descendant_id, closure.c.depth)
    )
    chains = {key: [(row.id, row.name) for row in theirs] for key, theirs in groupby(rows, key=lambda row: row[0])}
    everybody = select(account.c.id, account.c.name, account.c.department_id).where(account.c.active)
    people = db.session.execute(everybody.order_by(account.c.name, account.c.id))
    return [row.name for row in people if len(chain_above(row.id, chains.get(row.department_id, ()))) < level]
