"""Who owes which competitive-environment note (CUS-07)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from kezhi import User, clock, db, setting

from ...accounts.models import Account, AccountRole, Department
from ...calendar.services import working_hours_by_department
from ..models import MarketNote, Observation
from ..periods import following_month, note_due
from ..rules import NOTES_ALL
from ..standing import NEVER, midnight

MONTHS_BACK = 12  #: how long a note can be handed in late
UNSCOPED = {"kezhi_unscoped": True}


@dataclass(frozen=True, slots=True)
class Debtor:
    """Somebody who owes the note about a month, with it where it was handed in."""

    user_id: int
    name: str
    department_id: int | None
    department: str
    due: date
    handed_in_at: datetime | None = None
    note_id: int | None = None
    observation_id: int | None = None

    @property
    def is_late(self) -> bool:
        """Not in time, or not at all although the day is over."""
        on = clock.today() if self.handed_in_at is None else clock.local(self.handed_in_at).date()
        return on > self.due


def open_months(today: date) -> list[date]:
    """The months that a note can be about today, the last one first: those that are over and were asked for."""
    since = setting("upkeep", "asked_since")
    first = NEVER if since is None else since.replace(day=1)
    months = [following_month(today.replace(day=1), -back) for back in range(1, MONTHS_BACK + 1)]
    return [month for month in months if month >= first]


def debtors(months: Sequence[date], departments: frozenset[int] | None = None) -> dict[date, list[Debtor]]:
    """Who owes a note about each month, by name: who sells and was there when the month began.

    ``departments`` narrows to their people. A constant number of statements.
    """
    if not months:
        return {}
    roles = list(setting("upkeep", "note_roles"))
    sellers = select(AccountRole.user_id).where(AccountRole.role_key.in_(roles))
    columns = (Account.id, Account.name, Account.department_id, Department.name.label("place"), Account.created_at)
    people = select(*columns).outerjoin(Department, Department.id == Account.department_id)
    people = people.where(Account.id.in_(sellers), Account.active.is_(True)).order_by(Account.name, Account.id)
    if departments is not None:
        people = people.where(Account.department_id.in_(sorted(departments)))
    found = (MarketNote.user_id, MarketNote.month, MarketNote.id, MarketNote.handed_in_at, Observation.id)
    first = (Observation.note_id == MarketNote.id) & (Observation.position == 0)
    notes = select(*found).outerjoin(Observation, first).where(MarketNote.month.in_(months))
    handed_in = {(row[0], row[1]): row[2:] for row in db.session.execute(notes, execution_options=UNSCOPED)}
    rows = db.session.execute(people, execution_options=UNSCOPED).all()
    company, others = working_hours_by_department()
    due: dict[tuple[int, date], date] = {}
    answer: dict[date, list[Debtor]] = {month: [] for month in months}
    for month in months:
        for row in rows:
            if row.created_at > midnight(month):
                continue
            hours = others.get(row.department_id, company)
            if (id(hours), month) not in due:
                due[id(hours), month] = note_due(hours, month)
            note_id, at, observation_id = handed_in.get((row.id, month), (None, None, None))
            answer[month].append(
                Debtor(
                    row.id, row.name, row.department_id, row.place or "", due[id(hours), month], at, note_id,
                    observation_id,
                )
            )  # fmt: skip
    return answer


def scope_of(user: User) -> frozenset[int] | None:
    """The departments whose notes a manager watches over; None for all."""
    return None if user.is_system or user.can(NOTES_ALL) else user.departments
