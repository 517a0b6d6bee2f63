"""What happened to a record: changes of fields, owners, and the two as a timeline (CUS-04, CUS-05)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import insert, select, update

from kezhi import TimelineEntry, db
from kezhi.i18n import _

from ...accounts.models import Account, Department
from ..fields import label
from ..models import Customer, CustomerChange, CustomerOwner, MergedCustomer
from ..sections import may_read
from .values import readable

#: Changes read at most: those of one moment by one person make one entry.
MOST_CHANGES = 500

SOURCES = {"page": "pencil", "import": "upload", "command": "terminal", "merge": "union"}


def change_owner(customer_id: int, owner_id: int | None, department_id: int | None, at: datetime) -> None:
    """Close the open row of the owner history and open the next, if somebody is responsible from now on."""
    statement = update(CustomerOwner).where(CustomerOwner.customer_id == customer_id, CustomerOwner.to_at.is_(None))
    db.session.execute(statement.values(to_at=at), execution_options={"synchronize_session": False})
    if owner_id is not None:
        row = {"customer_id": customer_id, "user_id": owner_id, "department_id": department_id, "from_at": at}
        db.session.execute(insert(CustomerOwner), [row])


def names_of(*values: Mapping[str, Any]) -> dict[tuple[str, Any], str]:
    """The names of the owners and departments among ``values``, by (field, id)."""
    names: dict[tuple[str, Any], str] = {}
    for key, model in (("owner_id", Account), ("department_id", Department)):
        ids = {each[key] for each in values if each.get(key) is not None}
        if ids:
            rows = db.session.execute(select(model.id, model.name).where(model.id.in_(ids)))
            names |= {(key, row.id): row.name for row in rows}
    return names


def changes(customer_id: int, limit: int = MOST_CHANGES) -> Sequence[CustomerChange]:
    """The changes of a record, newest first."""
    statement = select(CustomerChange).where(CustomerChange.customer_id == customer_id)
    statement = statement.order_by(CustomerChange.at.desc(), CustomerChange.id.desc()).limit(limit)
    return db.session.scalars(statement).all()


def owners(customer_id: int) -> list[tuple[str, str | None, datetime, datetime | None]]:
    """The owner history, newest first: name, department, from, to (None = today's owner)."""
    statement = (
        select(Account.name, Department.name, CustomerOwner.from_at, CustomerOwner.to_at)
        .join(Account, Account.id == CustomerOwner.user_id)
        .join(Department, Department.id == CustomerOwner.department_id, isouter=True)
        .where(CustomerOwner.customer_id == customer_id)
        .order_by(CustomerOwner.from_at.desc(), CustomerOwner.id.desc())
    )
    return [(row[0], row[1], row[2], row[3]) for row in db.session.execute(statement)]


def timeline(customer: Customer, limit: int) -> list[TimelineEntry]:
    """The record's own entries, newest first: what was changed together is one entry."""
    found = [change for change in changes(customer.id) if may_read(change.field)]
    merged = db.session.scalars(select(MergedCustomer).where(MergedCustomer.customer_id == customer.id)).all()
    logins = {change.actor for change in found} | {each.actor for each in merged} | {customer.created_by}
    people = select(Account.login, Account.name).where(Account.login.in_(logins))
    names = {row.login: row.name for row in db.session.execute(people)}
    entries = []
    for (at, actor, source), group in groupby(found, key=lambda change: (change.at, change.actor, change.source)):
        together = sorted(group, key=lambda change: change.id)
        entries.append(
            TimelineEntry(
                at=at,
                title=_title(source),
                who=names.get(actor, actor),
                icon=SOURCES.get(source, "pencil"),
                tone="gray",
                changes=tuple(
                    (label(each.field), readable(each.field, each.old), readable(each.field, each.new))
                    for each in together
                ),
            )
        )
    entries.append(
        TimelineEntry(
            at=customer.created_at,
            title=_("Customer file opened by an import") if customer.origin == "import" else _("Customer file opened"),
            who=names.get(customer.created_by, customer.created_by),
            icon="plus-lg",
            tone="blue",
        )
    )
    entries += [
        TimelineEntry(
            at=each.at,
            title=_("Merged with %(customer)s", customer=" ".join(filter(None, (each.code, each.name)))),
            who=names.get(each.actor, each.actor),
            icon="union",
            tone="indigo",
        )
        for each in merged
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]


def _title(source: str) -> str:
    if source == "import":
        return str(_("Changed by an import"))
    return str(_("Taken over in a merge") if source == "merge" else _("Fields changed"))
