"""The demo company's calendars: office hours with a lunch break, and a service desk that is longer at work."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from kezhi import clock, db, writing
from kezhi.builtin.accounts.models import Department

from . import services

OFFICE = ((510, 720), (810, 1080))  #: 08:30–12:00, 13:30–18:00
DESK = ((480, 1200),)  #: 08:00–20:00


def make(context: Any) -> None:
    """Through the same services as the pages."""
    company = services.all_calendars()[0][0]
    desk = db.session.scalar(select(Department.id).where(Department.name == "客服部"))
    year = clock.today().year
    week = [OFFICE] * 5 + [(), ()]
    with writing():
        services.change_calendar(
            company.id, company.version, {"zh": company.zh, "en": company.en, "weekly": week, "public_days": True}
        )
        values = {"zh": "客服热线", "en": "Service desk", "weekly": [DESK] * 7, "public_days": False}
        services.add_calendar(values, [desk] if desk else [])
        services.set_days(company.id, date(year, 9, 16), date(year, 9, 16), ((510, 720),), "厂庆，下午放假")
