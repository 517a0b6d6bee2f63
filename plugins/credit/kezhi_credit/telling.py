"""Who is told of new alerts: the owner of the customer, and who rates customers; once each and run (CRD-06, TSK-02)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import url_for
from sqlalchemy import exists, select, true

from kezhi import User, db, visible_ids
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.services import load_users

from .models import Alert
from .services.standing import CUSTOMERS

ALERTS: Any = Alert.__table__
OWN, FINANCE = "credit.own_alert", "credit.alert"
RATE, READ = "credit.rate", "credit.read"


def notice_kinds() -> list[Any]:
    """The kinds of notices of the watch."""
    from kezhi.builtin.tasks.contributions import NoticeKind

    return [
        NoticeKind(OWN, _l("A customer of mine shows a sign of credit risk"), _page, "shield-exclamation",
                   permission=READ),
        NoticeKind(FINANCE, _l("Customers show signs of credit risk"), _page, "shield-exclamation", permission=RATE),
    ]  # fmt: skip


def _page(_day: str) -> str:
    """The alerts about which nothing was decided yet."""
    arguments: dict[str, Any] = {"f.state": "waiting"}
    return url_for("credit.alerts", **arguments)


def tell_new(now: datetime, day: date) -> int:
    """Tell of the alerts that this run has begun and that are still open; how many people. Seven statements at most,
    and one notice for each person, which leads to the list: a hundred alerts are not a hundred letters."""
    from kezhi.builtin.tasks.contributions import About
    from kezhi.builtin.tasks.services import notify

    new = (ALERTS.c.noted_at == now) & ALERTS.c.ended_on.is_(None)
    mine = select(CUSTOMERS.c.owner_id).join(ALERTS, ALERTS.c.customer_id == CUSTOMERS.c.id).where(new)
    owners = {int(each) for each in db.session.scalars(mine.distinct()) if each is not None}
    keepers = _who_see([each for each in load_users(true()) if each.can(RATE) and each.id not in owners], new)
    about = About(day.isoformat(), day.isoformat())
    told = notify(OWN, owners, _l("Customers of yours show new signs of credit risk: decide on a measure"), about)
    return told + notify(FINANCE, keepers, _l("Customers show new signs of credit risk"), about)


def _who_see(people: list[User], new: Any) -> set[int]:
    """Those of them who see a customer with a new alert: one statement."""
    if not people:
        return set()
    conditions = []
    for each in people:
        ids = visible_ids(Alert, each)
        conditions.append(exists().where(new, true() if ids is None else ALERTS.c.id.in_(ids)))
    row = db.session.execute(select(*conditions), execution_options={"kezhi_unscoped": True}).one()
    return {each.id for each, sees in zip(people, row, strict=True) if sees and each.id is not None}
