"""Keeping calendars: the company's, and others for departments or for service windows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, NotFound, Refused, audit_record, db
from kezhi.builtin.accounts.models import Department as AccountsDepartment
from kezhi.i18n import _

from ..hours import Interval
from ..models import Calendar, DepartmentCalendar

#: 09–12 and 13–18 on workdays: the window of normal service (CMP-30).
OFFICE = [[540, 720], [780, 1080]]
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Department:
    """A department that works by a calendar."""

    id: int
    name: str


def install() -> None:
    """Store the company's calendar, once."""
    if db.session.scalar(select(func.count()).select_from(Calendar)):
        return
    weekly = [OFFICE] * 5 + [[], []]
    db.session.add(Calendar(zh="标准工作时间", en="Standard hours", weekly=weekly, is_company=True))
    db.session.flush()


def all_calendars() -> list[tuple[Calendar, list[Department]]]:
    """Every calendar with the departments that have it, the company's first: two statements."""
    calendars = db.session.scalars(select(Calendar).order_by(Calendar.is_company.desc(), Calendar.zh)).all()
    rows = db.session.execute(
        select(DepartmentCalendar.calendar_id, AccountsDepartment.id, AccountsDepartment.name)
        .join(AccountsDepartment, AccountsDepartment.id == DepartmentCalendar.department_id)
        .order_by(AccountsDepartment.name)
    ).all()
    found: dict[int, list[Department]] = {}
    for row in rows:
        found.setdefault(row.calendar_id, []).append(Department(row.id, row.name))
    return [(each, found.get(each.id, [])) for each in calendars]


def calendar_by_id(calendar_id: int) -> Calendar:
    """A calendar. Errors: ``NotFound``."""
    found = db.session.get(Calendar, calendar_id)
    if found is None:
        raise NotFound(_("There is no such calendar."))
    return found


def company_calendar() -> Calendar:
    """The calendar of everybody who has none of their own."""
    return db.session.scalars(select(Calendar).where(Calendar.is_company)).one()


def weekly_of(calendar: Any) -> tuple[tuple[Interval, ...], ...]:
    """The seven days of a calendar's week, Monday first; of a ``Calendar`` or a row with its ``weekly``."""
    return tuple(tuple((int(start), int(end)) for start, end in day) for day in calendar.weekly)


def add_calendar(values: Mapping[str, Any], departments: Collection[int] = ()) -> Calendar:
    """Add a calendar. ``values``: ``zh``, ``en``, ``weekly`` (seven tuples of intervals), ``public_days``.

    Errors: ``Refused``, ``NotFound`` for a department.
    """
    calendar = Calendar(**_cleaned(values))
    db.session.add(calendar)
    _flush(calendar.zh)
    _assign(calendar, departments)
    audit_record("calendar.add", "calendar", calendar.id, name=calendar.zh, weekly=calendar.weekly)
    return calendar


def change_calendar(
    calendar_id: int, version: int, values: Mapping[str, Any], departments: Collection[int] | None = None
) -> None:
    """Change a calendar; everything that is computed by it follows. ``departments`` None leaves them as they are.

    Errors: ``Conflict`` when somebody changed it meanwhile, ``Refused``.
    """
    calendar = calendar_by_id(calendar_id)
    cleaned = _cleaned(values, calendar_id)
    before = {key: getattr(calendar, key) for key in cleaned}
    statement = update(Calendar).where(Calendar.id == calendar_id, Calendar.version == version)
    result: Any = db.session.execute(statement.values(version=version + 1, **cleaned))
    if result.rowcount != 1:
        raise Conflict(_("Somebody else changed this calendar meanwhile. Look at it again, then save again."))
    db.session.expire(calendar)
    changed = {key: [before[key], value] for key, value in cleaned.items() if before[key] != value}
    if departments is not None and not calendar.is_company:
        _assign(calendar, departments)
    audit_record("calendar.change", "calendar", calendar_id, changed=changed)


def delete_calendar(calendar_id: int, version: int) -> None:
    """Take a calendar away; its departments work by the one above them again. Errors: ``Refused``, ``Conflict``."""
    calendar = calendar_by_id(calendar_id)
    if calendar.is_company:
        raise Refused(_("The company's own calendar cannot be deleted: everybody without another one works by it."))
    name = calendar.zh
    result: Any = db.session.execute(delete(Calendar).where(Calendar.id == calendar_id, Calendar.version == version))
    if result.rowcount != 1:
        raise Conflict(_("Somebody else changed this calendar meanwhile. Look at it again, then save again."))
    db.session.expire_all()
    audit_record("calendar.delete", "calendar", calendar_id, name=name)


def _cleaned(values: Mapping[str, Any], calendar_id: int = 0) -> dict[str, Any]:
    zh, en = (str(values.get(key) or "").strip() for key in ("zh", "en"))
    if not zh:
        raise Refused(_("A name is needed."), field="zh")
    if max(len(zh), len(en)) > LONGEST_NAME:
        raise Refused(_("The name is longer than %(count)s characters.", count=LONGEST_NAME), field="zh")
    if db.session.scalar(select(Calendar.id).where(Calendar.zh == zh, Calendar.id != calendar_id)) is not None:
        raise _taken(zh)
    weekly: Sequence[Sequence[Interval]] = values["weekly"]
    if len(weekly) != 7:
        raise ValueError("a week has seven days")
    if not any(weekly):
        raise Refused(_("A calendar without any working time cannot tell when anything is due."), field="monday")
    lists = [[list(interval) for interval in day] for day in weekly]
    return {"zh": zh, "en": en, "weekly": lists, "public_days": bool(values.get("public_days"))}


def _taken(name: str) -> Refused:
    return Refused(_("There is a calendar “%(name)s” already.", name=name), field="zh")


def _flush(name: str) -> None:
    try:
        db.session.flush()
    except IntegrityError as error:  # somebody else took the name a moment ago
        raise _taken(name) from error


def _assign(calendar: Calendar, departments: Collection[int]) -> None:
    """Give these departments the calendar, and no others; a department has one calendar, the last one given."""
    wanted = set(departments)
    known = set(db.session.scalars(select(AccountsDepartment.id).where(AccountsDepartment.id.in_(wanted))))
    if known != wanted:
        raise NotFound(_("There is no such department."))
    table = DepartmentCalendar
    db.session.execute(delete(table).where((table.calendar_id == calendar.id) | table.department_id.in_(wanted)))
    if wanted:
        rows = [{"department_id": each, "calendar_id": calendar.id} for each in sorted(wanted)]
        db.session.execute(insert(table), rows)
