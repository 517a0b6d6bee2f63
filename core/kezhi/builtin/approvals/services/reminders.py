"""Whoever lets a request wait longer than the company's limit is reminded; twice as long, others are told (APR-03).

Both work on a chunk of all requests at once: the number of statements does not depend on how many there are. Writers
expect an open ``writing()``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, exists, literal, or_, select, true, union, update
from sqlalchemy.dialects import postgresql, sqlite

from kezhi import audit_record, clock, db

from ...accounts.models import Account, Department, DepartmentClosure
from ...calendar import hours as working
from ...calendar.hours import Hours, NoWorkingTime
from ...calendar.services import working_hours_by_department
from .. import telling
from ..contributions import ESCALATE
from ..deputies import deputy, stands_in_today
from ..models import CURRENT, OPEN, Reminder, Request, RequestStep, Seat, Signature
from ..settings import due_hours
from ..signers import holders, may_count
from ..subjects import known_kinds
from .requests import UNSCOPED

MOST = 500  #: rows of a chunk


def remind() -> bool:
    """Remind everybody who can sign what waits too long, deputies too, once a working day; whether there is more.

    Counted by the calendar of the department of whoever is reminded, and only while work is done there.
    """
    late = _late(Account.__table__.c.department_id, 1)
    kinds = known_kinds()
    if late is None or not kinds:
        return False
    table: Any = Reminder.__table__
    dialect: Any = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).from_select(["request_id", "user_id", "day"], _to_remind(late, kinds))
    statement = statement.on_conflict_do_update(
        index_elements=["request_id", "user_id"],
        set_={"day": statement.excluded.day},
        where=table.c.day < statement.excluded.day,
    ).returning(table.c.request_id, table.c.user_id)
    rows = db.session.execute(statement, execution_options=UNSCOPED).all()
    if rows:
        audit_record("approval.remind", "approvals", "", count=len(rows), requests=len({r.request_id for r in rows}))
        telling.remind(_requests(row.request_id for row in rows), [(row.request_id, row.user_id) for row in rows])
    return len(rows) == MOST


def _to_remind(late: ColumnElement[bool], kinds: list[str]) -> Any:
    """Rows for the table: who can sign what is late, and was not told of it today already."""
    today = literal(clock.today(), Date())
    holds, person = holders().cte("holders"), Account.__table__
    able = union(
        select(holds.c.request_id, holds.c.step_id, holds.c.user_id),
        select(holds.c.request_id, holds.c.step_id, deputy.c.deputy_id)
        .join(deputy, deputy.c.user_id == holds.c.user_id)
        .where(stands_in_today()),
    ).subquery("able")
    told, seat = Reminder.__table__.alias(), Seat.__table__.alias()
    midnight = datetime.combine(clock.today(), datetime.min.time(), clock.company_zone())
    told_today = exists().where(told.c.request_id == able.c.request_id, told.c.user_id == able.c.user_id)
    # whoever was given the signature today was told so
    given_today = exists().where(
        seat.c.step_id == able.c.step_id, seat.c.user_id == able.c.user_id, seat.c.state == OPEN, seat.c.at >= midnight
    )
    return (
        select(able.c.request_id, able.c.user_id, today)
        .select_from(Request)
        .join(able, able.c.request_id == Request.id)
        .join(RequestStep, RequestStep.id == able.c.step_id)
        .join(person, and_(person.c.id == able.c.user_id, person.c.active))
        .where(Request.kind.in_(kinds), late, may_count(person))
        .where(~told_today.where(told.c.day >= today), ~given_today)
        .order_by(Request.id, able.c.user_id)
        .limit(MOST)
    )


def raise_late() -> bool:
    """Tell the requester, and a manager of each signer, once of what waits twice as long, or, where the step says so,
    longer than it may; whether there is more.
    """
    holds, person = holders().subquery("holders"), Account.__table__
    late, kinds = _late(person.c.department_id, 2), known_kinds()
    if late is None or not kinds:
        return False
    step = RequestStep.__table__
    found = (
        select(step.c.id)
        .select_from(Request)
        .join(holds, holds.c.request_id == Request.id)
        .join(person, person.c.id == holds.c.user_id)
        .join(step, step.c.id == holds.c.step_id)
        .where(Request.kind.in_(kinds), step.c.raised_at.is_(None), late)
        .group_by(step.c.id)
        .order_by(step.c.id)
        .limit(MOST)
    )
    raised = (
        update(step)
        .where(step.c.id.in_(found), step.c.raised_at.is_(None))
        .values(raised_at=clock.now())
        .returning(step.c.id, step.c.request_id, step.c.late)
    )
    rows = db.session.execute(raised, execution_options=UNSCOPED).all()
    if rows:
        audit_record("approval.raise", "approvals", "", count=len(rows))
        people = _signers([row.id for row in rows])
        at_once = {row.request_id for row in rows if row.late == ESCALATE}
        telling.raise_late(_requests(row.request_id for row in rows), people, _managers(people), at_once)
    return len(rows) == MOST


def _signers(step_ids: list[int]) -> dict[int, list[Any]]:
    """Who holds these steps, by request: rows of id, name and department."""
    holds, person = holders().subquery("holders"), Account.__table__
    statement = (
        select(holds.c.request_id, person.c.id, person.c.name, person.c.department_id)
        .join(person, person.c.id == holds.c.user_id)
        .where(holds.c.step_id.in_(step_ids))
        .order_by(person.c.name, person.c.id)
    )
    found: dict[int, list[Any]] = {}
    for row in db.session.execute(statement, execution_options=UNSCOPED):
        found.setdefault(row.request_id, []).append(row)
    return found


def _managers(people: dict[int, list[Any]]) -> dict[int, list[int]]:
    """The active managers of these people's departments, the nearest first, by department."""
    departments = {row.department_id for rows in people.values() for row in rows} - {None}
    closure, above, manager = DepartmentClosure.__table__, Department.__table__, Account.__table__
    statement = (
        select(closure.c.descendant_id, manager.c.id)
        .join(above, above.c.id == closure.c.ancestor_id)
        .join(manager, and_(manager.c.id == above.c.manager_id, manager.c.active))
        .where(closure.c.descendant_id.in_(sorted(departments)))
        .order_by(closure.c.descendant_id, closure.c.depth)
    )
    found: dict[int, list[int]] = {}
    for row in db.session.execute(statement):
        found.setdefault(row.descendant_id, []).append(row.id)
    return found


def _requests(ids: Iterable[int]) -> dict[int, Any]:
    table = Request.__table__
    columns = (table.c.id, table.c.number, table.c.title, table.c.requester_id)
    rows = db.session.execute(select(*columns).where(table.c.id.in_(sorted(set(ids)))), execution_options=UNSCOPED)
    return {row.id: row for row in rows}


def _late(department: Any, times: int) -> ColumnElement[bool] | None:
    """A condition: the current step waits longer than ``times`` its limit, by the calendar of the department, where
    work is done now. None when no step has a limit.

    A step that its managers learn of at once is late for them as soon as its limit is over.
    """
    now, conditions = clock.now(), list[ColumnElement[bool]]()
    for limit, urgent in _limits():
        own = RequestStep.hours.is_(None) if limit is None else RequestStep.hours == limit
        here = and_(own, (RequestStep.late == ESCALATE) if urgent else (RequestStep.late != ESCALATE))
        hours = timedelta(hours=due_hours() if limit is None else limit) * (1 if urgent else times)
        if hours:
            conditions += [and_(here, each) for each in _late_after(department, now, hours)]
    return or_(*conditions) if conditions else None


def _limits() -> list[tuple[int | None, bool]]:
    """The limits in hours of the steps that wait (None: the company's), and whether managers learn of it at once."""
    urgent = RequestStep.late == ESCALATE
    statement = select(RequestStep.hours, urgent).where(RequestStep.state == CURRENT).distinct()
    return [(row[0], bool(row[1])) for row in db.session.execute(statement, execution_options=UNSCOPED)]


def _late_after(department: Any, now: datetime, limit: timedelta) -> Iterator[ColumnElement[bool]]:
    company, others = working_hours_by_department()
    usual = or_(department.is_(None), department.not_in(sorted(others))) if others else true()
    groups: list[tuple[Hours, ColumnElement[bool]]] = [(company, usual)]
    for hours in {id(each): each for each in others.values()}.values():
        groups.append((hours, department.in_(sorted(each for each, theirs in others.items() if theirs is hours))))
    for hours, here in groups:
        if not working.is_working(hours, now):
            continue
        try:
            yield and_(here, _waits_since_before(working.add(hours, now, -limit)))
        except NoWorkingTime:
            continue


def _waits_since_before(instant: datetime) -> ColumnElement[bool]:
    """As ``duties.waits_since``: neither put up nor led to the current step by a decision at or after ``instant``."""
    mark = Signature.__table__.alias()
    earlier = or_(mark.c.round < Request.round, and_(mark.c.round == Request.round, mark.c.position < Request.step))
    later = exists().where(mark.c.request_id == Request.id, earlier, mark.c.at >= instant).correlate(Request)
    return and_(Request.submitted_at < instant, ~later)
