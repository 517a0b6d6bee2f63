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

from .models import WAITING, Limit
from .services.classes import CLASSES, TERMS
from .services.summary import SUMMARY, differing

#: how long lists may show figures that are out of date, and say so, before the doctor asks why
PATIENCE = timedelta(hours=1)


def checks() -> list[Check]:
    """Every class has terms; a limit that waits can be signed; lists show what holds, and soon."""
    return [
        Check("credit.terms", _l("Terms of credit classes"), _terms),
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
