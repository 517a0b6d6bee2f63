"""What is done about contracts by itself: owners are told when the last day comes near (CUS-13, TSK-02)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

import kezhi
from kezhi import Job, bulk_write, db
from kezhi import lazy_gettext as _l

from ..accounts.models import Account
from ..accounts.services import load_users
from ..customers.models import Customer
from ..tasks.kinds import known_notice
from ..tasks.services.notices import tell
from .duties import reminds
from .models import Contract
from .rules import READ
from .services.telling import ENDING, about

MOST = 2_000  #: contracts of which one run tells
TABLE: Any = Contract.__table__
CUSTOMERS: Any = Customer.__table__


def jobs() -> list[Job]:
    """The jobs of this builtin."""
    return [
        Job("contracts.remind", _l("Tell people of contracts that end soon"), remind, schedule="0 8 * * *"),
    ]


def remind(task: kezhi.Task) -> None:
    """One notice per contract and last day: a prolonged contract tells again, and so does a late run."""
    c = TABLE.c
    wanted = reminds() & c.reminded_for.is_distinct_from(c.valid_to)
    rows = db.session.execute(
        select(c.id, c.number, c.customer_id, CUSTOMERS.c.name, CUSTOMERS.c.owner_id)
        .join(CUSTOMERS, CUSTOMERS.c.id == c.customer_id)
        .where(wanted, CUSTOMERS.c.owner_id.is_not(None))
        .order_by(c.valid_to, c.id)
        .limit(MOST)
    ).all()
    people = {each.id: each for each in load_users(Account.id.in_({row.owner_id for row in rows})) if each.can(READ)}
    text = _l("A contract of your customer ends soon: renew it, or let it go")
    messages = [
        (people[row.owner_id], text, about(row.id, row.number, row.name, row.customer_id))
        for row in rows
        if row.owner_id in people
    ]
    told = c.id.in_([row.id for row in rows])
    db.session.rollback()
    with task.effect():
        tell(known_notice(ENDING), messages)
        bulk_write(
            update(TABLE).where(told).values(reminded_for=c.valid_to),
            model=Contract,
            change="update",
            keys=select(c.id).where(told),
            action="contract.reminded",
        )
