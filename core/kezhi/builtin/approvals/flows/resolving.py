"""From the steps that an app describes to the people who sign them, when a round begins (APR-01)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import and_, select

from kezhi import Refused, User, db, localised
from kezhi.i18n import _

from ...accounts.models import Account, Department, DepartmentClosure
from ...accounts.services import user_by_id, users_with_role
from ..contributions import EVERYBODY, REMIND, Proposal, Step


@dataclass(frozen=True, slots=True)
class Planned:
    """A step of a round as it is stored: a role, a person, or the people who sit on its seats (id, name)."""

    title: dict[str, str]
    role: str | None
    user_id: int | None
    needs: int
    seats: tuple[tuple[int, str], ...] = ()
    hours: int | None = None
    late: str = REMIND


@dataclass(frozen=True, slots=True)
class Maker:
    """Who puts something up, as far as the steps depend on it."""

    id: int | None
    name: str
    departments: frozenset[int]  #: the own one and those above it
    managers: tuple[tuple[int, str], ...]  #: active managers from the own department upwards, never the maker
    barred: frozenset[int] = frozenset()  #: the others who cannot sign either: whom the subject is about

    def cannot(self, user_id: int) -> bool:
        """Whether somebody cannot sign: the maker, and whom the subject is about."""
        return user_id == self.id or user_id in self.barred


def maker_of(user: User, barred: frozenset[int] = frozenset()) -> Maker:
    """What the steps need to know of a person: two statements. The managers are without who is ``barred``."""
    closure = DepartmentClosure.__table__.c
    above = select(closure.ancestor_id).where(closure.descendant_id == user.department_id)
    departments = frozenset(db.session.scalars(above)) if user.department_id is not None else frozenset()
    managers = tuple(each for each in _managers(user) if each[0] not in barred) if departments else ()
    return Maker(user.id, user.name, departments, managers, barred)


def _managers(maker: User) -> list[tuple[int, str]]:
    closure, department, account = DepartmentClosure, Department, Account
    statement: Any = (
        select(account.id, account.name)
        .join(department, department.manager_id == account.id)
        .join(
            closure,
            and_(closure.ancestor_id == department.id, closure.descendant_id == maker.department_id),
        )
        .where(account.active.is_(True))
        .order_by(closure.depth)
    )
    return chain_above(maker.id, [(row.id, row.name) for row in db.session.execute(statement)])


def chain_above(user_id: int | None, managers: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """The managers above a person, from those of the departments upwards: each once, and never the person."""
    chain: list[tuple[int, str]] = []
    for manager in managers:
        if manager[0] == user_id:  # whoever manages a department is signed for by the managers above it
            chain.clear()
        elif manager not in chain:
            chain.append(manager)
    return chain


def applies(step: Step, amount: int | None, departments: frozenset[int]) -> bool:
    """Whether a step is signed for this amount by makers of these departments."""
    if step.department_id is not None and step.department_id not in departments:
        return False
    if amount is None:
        return step.above is None and step.up_to is None
    return (step.above is None or amount > step.above) and (step.up_to is None or amount <= step.up_to)


def planned_steps(proposal: Proposal, maker: User) -> list[Planned]:
    """The steps that apply, with their people. Errors: ``Refused`` for a step that nobody can be found for."""
    known = maker_of(maker, proposal.barred)
    applying = [step for step in proposal.steps if applies(step, proposal.amount, known.departments)]
    if not applying:
        raise Refused(_("An approval needs at least one step."))
    return [planned for step in applying for planned in plan(step, known)]


def plan(step: Step, maker: Maker) -> list[Planned]:
    """A step as it is stored for this maker; one that is signed in turn becomes several. Errors: ``Refused``."""
    title = dict(step.title)
    if step.manager_level is not None:
        chosen = _managers_at(step, maker)
        found = [Planned(title, None, user_id, 1) for user_id, _name in chosen]
    elif step.people and step.in_turn:
        names = {account.id: account.name for account in _active(step.people)}
        found = _in_turn(step, [(each, names[each]) for each in step.people if each in names], maker)
    elif step.people:
        found = [_seated(title, None, step.needs, [a for a in _active(step.people) if not maker.cannot(a.id)])]
    elif step.role is not None and step.in_turn:
        found = _in_turn(step, [(account.id, account.name) for account in users_with_role(step.role)], maker)
    else:
        found = [_pool(step, title, maker)]
    if len(found) > 1:
        found = [replace(each, title=_numbered(title, place, len(found))) for place, each in enumerate(found, 1)]
    return [replace(each, hours=step.hours, late=step.late) for each in found]


def _pool(step: Step, title: dict[str, str], maker: Maker) -> Planned:
    if step.role is not None and (step.needs == EVERYBODY or maker.barred):
        everybody = [account for account in users_with_role(step.role) if not maker.cannot(account.id)]
        if everybody or maker.barred:  # a seat for each, so that who is barred has none
            return _seated(title, step.role, step.needs, everybody)
    if step.user_id is not None and step.user_id in maker.barred:
        return Planned(title, None, _in_their_place(step.user_id, title, maker), 1)
    return Planned(title, step.role, step.user_id, max(step.needs, 1))


def _in_their_place(user_id: int, title: dict[str, str], maker: Maker) -> int:
    """The next manager above a person who is barred. Errors: ``Refused``."""
    person = user_by_id(user_id)
    above = [each for each, _name in maker_of(person, maker.barred).managers] if person is not None else []
    found = next((each for each in above if not maker.cannot(each)), None)
    if found is None:
        raise _too_few(title)
    return found


def _active(ids: Iterable[int]) -> list[Account]:
    statement = select(Account).where(Account.id.in_(sorted(set(ids))), Account.active.is_(True))
    return list(db.session.scalars(statement.order_by(Account.name, Account.id)))


def _in_turn(step: Step, people: list[tuple[int, str]], maker: Maker) -> list[Planned]:
    title = dict(step.title)
    others = [person for person in dict.fromkeys(people) if not maker.cannot(person[0])]
    if not others:
        raise _too_few(title)
    return [Planned(title, None, user_id, 1) for user_id, _name in others]


def _numbered(title: dict[str, str], place: int, count: int) -> dict[str, str]:
    marks = {"zh": f"（{place}/{count}）"}
    return {language: f"{text}{marks.get(language, f' ({place}/{count})')}" for language, text in title.items()}


def _seated(title: dict[str, str], role: str | None, needs: int, people: list[Account]) -> Planned:
    if len(people) < max(needs, 1):
        raise _too_few(title)
    return Planned(title, role, None, needs or len(people), tuple((a.id, a.name) for a in people))


def _too_few(title: dict[str, str]) -> Refused:
    return Refused(
        _(
            "The step “%(step)s” needs more signatures than there are people to sign it: the maker cannot, whom it is "
            "about cannot, and who was deactivated cannot.",
            step=localised(title),
        )
    )


def _managers_at(step: Step, maker: Maker) -> tuple[tuple[int, str], ...]:
    """The managers who sign: the one at the level, or in turn all up to it. Errors: ``Refused``."""
    level = step.manager_level or 1
    if len(maker.managers) < (1 if step.in_turn else level):
        raise Refused(
            _(
                "The request has to be signed by the manager %(level)s above %(name)s, and there is none: enter the "
                "managers of the departments first.",
                level=level,
                name=maker.name,
            )
        )
    return maker.managers[:level] if step.in_turn else maker.managers[level - 1 : level]
