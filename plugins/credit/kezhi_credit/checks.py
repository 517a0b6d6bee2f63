"""Invariants of the plugin's data, for ``kezhi doctor``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding, clock
from kezhi import lazy_gettext as _l
from kezhi.i18n import ngettext

from .models import WAITING, CardVersion, Limit
from .services.classes import CLASSES, TERMS
from .services.sheets import SHEETS
from .services.summary import SUMMARY, differing

#: how long lists may show figures that are out of date, and say so, before the doctor asks why
PATIENCE = timedelta(hours=1)


def checks() -> list[Check]:
    """Classes have terms and a place in the score card; limits and sheets that wait can be signed; lists are fresh."""
    return [
        Check("credit.terms", _l("Terms of credit classes"), _terms),
        Check("credit.sheets", _l("Credit rating sheets that wait to be decided"), _sheets),
        Check("credit.card", _l("Classes of the score card of credit"), _card),
        Check("credit.waiting", _l("Credit limits that wait for approval"), _waiting),
        Check("credit.summary", _l("Credit figures of lists"), _summary),
    ]


def _terms(session: Session) -> Sequence[Finding]:
    mine = (TERMS.c.class_id == CLASSES.c.id) & (TERMS.c.version == CLASSES.c.version)
    count = _count(session, select(CLASSES.c.id).where(~exists().where(mine)))
    if not count:
        return []
    return [Finding(ngettext("%(num)s credit class has no terms.", "%(num)s credit classes have no terms.", count))]


def _waiting(session: Session) -> Sequence[Finding]:
    from kezhi.builtin.approvals.models import Request

    table: Any = Limit.__table__
    requests: Any = Request.__table__
    open_request = exists().where(requests.c.id == table.c.request_id, requests.c.status == "pending")
    count = _count(session, select(table.c.id).where(table.c.state == WAITING, ~open_request))
    if not count:
        return []
    return [
        Finding(
            ngettext(
                "%(num)s credit limit waits, and nobody can sign it any more: ask for it again.",
                "%(num)s credit limits wait, and nobody can sign them any more: ask for them again.",
                count,
            )
        )
    ]


def _sheets(session: Session) -> Sequence[Finding]:
    from kezhi.builtin.approvals.models import Request

    requests: Any = Request.__table__
    open_request = exists().where(requests.c.id == SHEETS.c.request_id, requests.c.status == "pending")
    count = _count(session, select(SHEETS.c.id).where(SHEETS.c.state == WAITING, ~open_request))
    if not count:
        return []
    return [
        Finding(
            ngettext(
                "%(num)s credit rating sheet waits, and nobody can decide it any more: fill it in again.",
                "%(num)s credit rating sheets wait, and nobody can decide them any more: fill them in again.",
                count,
            )
        )
    ]


def _card(session: Session) -> Sequence[Finding]:
    table: Any = CardVersion.__table__
    definition = session.scalar(select(table.c.definition).order_by(table.c.version.desc()).limit(1))
    wanted = select(CLASSES.c.key).where(CLASSES.c.retired_at.is_(None)).order_by(CLASSES.c.position, CLASSES.c.id)
    if definition and [key for key, _cut in definition["cuts"]] == list(session.scalars(wanted)):
        return []
    text = _l("The score card of credit suggests other classes than those in use: open it, and say where each begins.")
    return [Finding(text, "advice")]


def _summary(session: Session) -> Sequence[Finding]:
    """Figures that claim to be fresh are those that are counted now, and none is out of date for long."""
    found = []
    wrong = _count(session, differing())
    if wrong:
        text = ngettext(
            "Lists show wrong credit figures of %(num)s customer: run kezhi credit refresh.",
            "Lists show wrong credit figures of %(num)s customers: run kezhi credit refresh.",
            wrong,
        )
        found.append(Finding(text))
    late = _count(session, select(SUMMARY.c.customer_id).where(SUMMARY.c.due_at <= clock.now() - PATIENCE))
    if late:
        text = ngettext(
            "Credit figures of %(num)s customer are out of date for more than an hour: is a worker running?",
            "Credit figures of %(num)s customers are out of date for more than an hour: is a worker running?",
            late,
        )
        found.append(Finding(text))
    return found


def _count(session: Session, rows: Any) -> int:
    return int(session.execute(select(func.count()).select_from(rows.subquery())).scalar_one())
