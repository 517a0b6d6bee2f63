"""What is done to several chosen contracts at once: set-based, former values kept (CUS-13). Inside ``writing()``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    Text,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from kezhi import Refused, acting_user, bulk_write, clock, db
from kezhi import lazy_gettext as _l
from kezhi.db import UtcDateTime
from kezhi.i18n import _, ngettext

from ...customers.models import Customer
from ...tasks.services import notify
from ..models import Change, Contract
from .kinds import check_days
from .telling import CHANGED
from .values import LONGEST

TABLE: Any = Contract.__table__
NAMED = 3  #: contracts that a refusal names


def set_reminders(ids: Select[Any], days: int | None) -> int:
    """Let contracts remind ``days`` before their last day, None for what their kinds say; how many changed.

    ``ids`` is a select of ids that the acting user sees. Errors: ``Refused`` for a number that is none.
    """
    if days is not None:
        check_days(days)
    return _write(ids, {"remind_days": literal(days, Integer())}, "contract.remind")


def terminate_all(ids: Select[Any], last_day: date, reason: str) -> int:
    """End several contracts on one day, all of them or none; how many.

    Errors: ``Refused`` without a reason, and naming those that are drafts, signed later, or over by then anyway.
    """
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why the contracts end."), field="reason")
    if len(reason) > LONGEST["termination_reason"]:
        raise Refused(_("At most %(count)s characters.", count=LONGEST["termination_reason"]), field="reason")
    c = TABLE.c
    cannot = or_(c.signed_on.is_(None), c.signed_on > last_day, c.valid_to <= last_day, c.terminated_on.is_not(None))
    wrong = select(c.number).where(c.id.in_(ids), cannot).order_by(c.number)
    named = list(db.session.scalars(wrong.limit(NAMED)))
    if named:
        count = db.session.scalar(select(func.count()).select_from(wrong.subquery())) or 0
        raise Refused(
            ngettext(
                "%(num)s of them cannot end on %(day)s (%(names)s): it is a draft, signed later, or over by then.",
                "%(num)s of them cannot end on %(day)s (%(names)s): they are drafts, signed later, or over by then.",
                count,
                day=last_day.isoformat(),
                names=", ".join(named),
            ),
            field="last_day",
        )
    owners = select(Customer.__table__.c.owner_id).join(TABLE, c.customer_id == Customer.__table__.c.id)
    people = db.session.scalars(owners.where(c.id.in_(ids)).distinct()).all()
    values: dict[str, Any] = {"terminated_on": literal(last_day, Date()), "termination_reason": literal(reason, Text())}
    count = _write(ids, values, "contract.terminate")
    text = _l("%(name)s entered that contracts of your customers end early", name=acting_user().name)
    notify(CHANGED, [each for each in people if each is not None], text)
    return count


def _write(ids: Select[Any], values: Mapping[str, ColumnElement[Any]], action: str) -> int:
    """Keep what stood there, then write: three statements for any number of contracts."""
    now, actor = clock.now(), acting_user().login
    differs = or_(*(TABLE.c[name].is_distinct_from(value) for name, value in values.items()))
    # the choice as it stands before anything is written: a filter may look at what is written
    chosen = list(db.session.scalars(select(TABLE.c.id).where(TABLE.c.id.in_(ids), differs)))
    columns = ["contract_id", "customer_id", "at", "actor", "field", "old", "new", "source"]
    for start in range(0, len(chosen), 5_000):
        some = TABLE.c.id.in_(chosen[start : start + 5_000])
        for name, value in values.items():
            changed = select(
                TABLE.c.id,
                TABLE.c.customer_id,
                literal(now, UtcDateTime()),
                literal(actor),
                literal(name),
                func.coalesce(cast(TABLE.c[name], String()), ""),
                func.coalesce(cast(value, String()), ""),
                literal("page"),
            ).where(some, TABLE.c[name].is_distinct_from(value))
            db.session.execute(insert(Change).from_select(columns, changed))
        bulk_write(
            update(TABLE).where(some).values(**values, version=TABLE.c.version + 1, updated_at=now),
            model=Contract,
            change="update",
            keys=select(TABLE.c.id).where(some),
            action=action,
        )
    return len(chosen)
