"""The working calendar for other apps: one function adds working time, one measures it (TSK-03)."""

from ..hours import Hours, Interval, NoWorkingTime
from .calendars import (
    Department,
    add_calendar,
    all_calendars,
    calendar_by_id,
    change_calendar,
    delete_calendar,
    install,
    weekly_of,
)
from .days import complete_year, days_of, is_complete, remove_days, reopen_year, set_days
from .working_time import (
    add_workdays,
    add_working_time,
    company_hours,
    company_rows,
    hours_of,
    is_workday,
    is_working,
    workdays_between,
    working_hours,
    working_hours_by_department,
    working_time,
)

__all__ = [
    "Department",
    "Hours",
    "Interval",
    "NoWorkingTime",
    "add_calendar",
    "add_workdays",
    "add_working_time",
    "all_calendars",
    "calendar_by_id",
    "change_calendar",
    "company_hours",
    "company_rows",
    "complete_year",
    "days_of",
    "delete_calendar",
    "hours_of",
    "install",
    "is_complete",
    "is_workday",
    "is_working",
    "remove_days",
    "reopen_year",
    "set_days",
    "weekly_of",
    "workdays_between",
    "working_hours",
    "working_hours_by_department",
    "working_time",
]
