"""Recording verifications, and what was recorded (CUS-07). Writing functions expect an open ``writing()``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, insert, literal, select

from kezhi import Conflict, Refused, acting_user, bulk_write, clock, db
from kezhi.i18n import _

from ...customers.models import Customer
from ...customers.services import customer_by_id, rows_of
from ..models import Verification
from ..standing import present, verifications
from ..words import FOUND, span_name

LONGEST_NOTE = 500


def verify(customer_id: int, found: str, note: str = "") -> None:
    """Record that the acting person verified a file today.

    Errors: ``NotFound``; ``Conflict`` when it is verified for this quarter already; ``Refused``.
    """
    customer_by_id(customer_id)
    if not _record(select(Customer.id).where(Customer.id == customer_id), found, note):
        name = span_name(present().span)
        raise Conflict(_("Somebody has verified this file for %(period)s already; nothing was recorded.", period=name))


def verify_many(ids: Select[Any], found: str, note: str = "") -> int:
    """The same for every file of a select of ids that one sees and that is not verified yet: how many those were."""
    return _record(ids, found, note)


def _record(ids: Select[Any], found: str, note: str) -> int:
    if found not in FOUND:
        raise Refused(_("Say whether the file was right or had to be corrected."), field="found")
    if len(note) > LONGEST_NOTE:
        raise Refused(_("Write %(count)s characters at most.", count=LONGEST_NOTE), field="note")
    now, table = present(), Verification.__table__
    chosen = ids.subquery()
    done = select(verifications.customer_id).where(verifications.on_day >= now.span.start)
    values = {"on_day": now.today, "at": clock.now(), "by": acting_user().login, "found": found, "note": note}
    columns = [literal(value, table.c[name].type) for name, value in values.items()]
    rows = select(chosen.c[0], *columns).where(chosen.c[0].not_in(done))
    made = select(table.c.id).where(table.c.at == values["at"], table.c.by == values["by"])
    return bulk_write(
        insert(table).from_select(["customer_id", *values], rows),
        model=Verification,
        change="create",
        keys=made,
        action="upkeep.verify",
        found=found,
    )


def open_of(ids: Select[Any]) -> int:
    """How many of these files are not verified for the present quarter yet."""
    chosen = ids.subquery()
    done = select(verifications.customer_id).where(verifications.on_day >= present().span.start)
    statement = select(func.count()).select_from(chosen).where(chosen.c[0].not_in(done))
    return db.session.scalar(statement) or 0


def verifications_of(customer_id: int, limit: int) -> Sequence[Verification]:
    """The verifications of a file, newest first."""
    newest = rows_of(Verification.customer_id, customer_id)
    return db.session.scalars(newest.order_by(Verification.on_day.desc(), Verification.id.desc()).limit(limit)).all()
