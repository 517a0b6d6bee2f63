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
    bindparam,
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
from ...protection.fields import Bound, oldest, raw
from ...protection.sealed import new_token
from ...tasks.services import notify
from ..models import Change, Contract
from .kinds import check_days
from .sealing import seal_version_of
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
    count = _write(ids, {"terminated_on": literal(last_day, Date())}, "contract.terminate", reason)
    text = _l("%(name)s entered that contracts of your customers end early", name=acting_user().name)
    notify(CHANGED, [each for each in people if each is not None], text)
    return count


def _write(ids: Select[Any], values: Mapping[str, ColumnElement[Any]], action: str, reason: str = "") -> int:
    """Keep what stood there, then write: few statements for any number of contracts.

    With ``reason`` it is why they end; none of them has one yet.
    """
    now = clock.now()
    differs = or_(*(TABLE.c[name].is_distinct_from(value) for name, value in values.items()))
    # the choice as it stands before anything is written: a filter may look at what is written
    chosen = list(db.session.scalars(select(TABLE.c.id).where(TABLE.c.id.in_(ids), differs)))
    for start in range(0, len(chosen), 5_000):
        some = TABLE.c.id.in_(chosen[start : start + 5_000])
        for name, value in values.items():
            _keep(name, func.coalesce(cast(TABLE.c[name], String()), ""), func.coalesce(cast(value, String()), ""),
                  some, TABLE.c[name].is_distinct_from(value))  # fmt: skip
        if reason:
            _give_reason(some, reason)
            _keep("termination_reason", literal(""), raw(TABLE.c.termination_reason), some)
        bulk_write(
            update(TABLE).where(some).values(**values, version=TABLE.c.version + 1, updated_at=now),
            model=Contract,
            change="update",
            keys=select(TABLE.c.id).where(some),
            action=action,
        )
    return len(chosen)


def _keep(name: str, old: ColumnElement[Any], new: ColumnElement[Any], *which: ColumnElement[bool]) -> None:
    columns = ["contract_id", "customer_id", "at", "actor", "field", "old", "new", "source", "seal_version"]
    fixed = (literal(clock.now(), UtcDateTime()), literal(acting_user().login), literal(name))
    ends = (literal("page"), literal(seal_version_of(name)))
    changed = select(TABLE.c.id, TABLE.c.customer_id, *fixed, old, new, *ends).where(*which)
    db.session.execute(insert(Change).from_select(columns, changed))


def _give_reason(some: ColumnElement[bool], reason: str) -> None:
    """The reason is sealed for each contract by itself."""
    rows = db.session.execute(select(TABLE.c.id, TABLE.c.seal, TABLE.c.seal_version).where(some)).all()
    changed = []
    for row in rows:
        token = row.seal or new_token()
        text = Bound(reason, "contracts.termination_reason", token)
        changed.append(
            {"its_id": row.id, "its_reason": text, "its_seal": token, "its_version": oldest(row.seal_version)}
        )
    values = {
        "termination_reason": bindparam("its_reason", type_=TABLE.c.termination_reason.type),
        "seal": bindparam("its_seal"),
        "seal_version": bindparam("its_version"),
    }
    statement = update(TABLE).where(TABLE.c.id == bindparam("its_id")).values(values)
    db.session.connection().execute(statement, changed)
