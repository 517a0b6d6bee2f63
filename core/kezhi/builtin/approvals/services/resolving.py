"""From the steps that an app describes to the people who sign them, when a round begins (APR-01)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select

from kezhi import Refused, User, db, localised
from kezhi.i18n import _

from ...accounts.models import Account, Department, DepartmentClosure
from ...accounts.services import users_with_role
from ..contributions import EVERYBODY, Proposal, Step


@dataclass(frozen=True, slots=True)
class Planned:
    """A step of a round as it is stored: a role, a person, or the people who sit on its seats (id, name)."""

    title: dict[str, str]
    role: str | None
    user_id: int | None
    needs: int
    seats: tuple[tuple[int, str], ...] = ()


def planned_steps(proposal: Proposal, maker: User) -> list[Planned]:
    """The steps that apply, with their people. Errors: ``Refused`` for a step that nobody can be found for."""
    applying = [step for step in proposal.steps if _applies(step, proposal)]
    if not applying:
        raise Refused(_("An approval needs at least one step."))
    return [_planned(step, maker) for step in applying]


def _applies(step: Step, proposal: Proposal) -> bool:
    return step.above is None or (proposal.amount is not None and proposal.amount > step.above)


def _planned(step: Step, maker: User) -> Planned:
    title = dict(step.title)
    if step.manager_level is not None:
        return Planned(title, None, _manager(step.manager_level, maker), 1)
    if step.people:
        found = db.session.scalars(
            select(Account).where(Account.id.in_(step.people), Account.active.is_(True)).order_by(Account.name)
        )
        return _seated(title, None, step.needs, [a for a in found if a.id != maker.id])
    if step.role is not None and step.needs == EVERYBODY:
        everybody = [account for account in users_with_role(step.role) if account.id != maker.id]
        if everybody:
            return _seated(title, step.role, step.needs, everybody)
    return Planned(title, step.role, step.user_id, max(step.needs, 1))


def _seated(title: dict[str, str], role: str | None, needs: int, people: list[Account]) -> Planned:
    if len(people) < max(needs, 1):
        raise Refused(
            _(
                "The step “%(step)s” needs more signatures than there are people to sign it: the maker cannot, and who "
                "was deactivated cannot.",
                step=localised(title),
            )
        )
    return Planned(title, role, None, needs or len(people), tuple((a.id, a.name) for a in people))


def _manager(level: int, maker: User) -> int:
    """The ``level``-th manager above the maker, from the maker's own department upwards. Errors: ``Refused``."""
    closure, department, account = DepartmentClosure, Department, Account
    statement: Any = (
        select(account.id)
        .join(department, department.manager_id == account.id)
        .join(
            closure,
            and_(closure.ancestor_id == department.id, closure.descendant_id == maker.department_id),
        )
        .where(account.active.is_(True))
        .order_by(closure.depth)
    )
    chain: list[int] = []
    for user_id in db.session.scalars(statement):
        if user_id == maker.id:  # whoever manages a department is signed for by the managers above it
            chain.clear()
        elif user_id not in chain:
            chain.append(user_id)
    if len(chain) < level:
        raise Refused(
            _(
                "The request has to be signed by the manager %(level)s above %(name)s, and there is none: enter the "
                "managers of the departments first.",
                level=level,
                name=maker.name,
            )
        )
    return chain[level - 1]
