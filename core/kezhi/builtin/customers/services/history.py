"""What happened to a record: changes of fields, owners, and the two as a timeline (CUS-04, CUS-05)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import func, insert, or_, select, update

from kezhi import TimelineEntry, acting_user, db
from kezhi.i18n import _

from ...accounts.models import Account, Department
from ...accounts.services import names_of_logins
from ..fields import FIELDS, label
from ..models import Customer, CustomerChange, CustomerOwner, MergedCustomer
from ..sections import SECTIONS, may_read
from .once import read_once
from .values import readable

#: Changes read at most: those of one moment by one person make one entry.
MOST_CHANGES = 500

SOURCES = {"page": "pencil", "import": "upload", "command": "terminal", "merge": "union",
           "revert": "arrow-counterclockwise", "confirm": "check2-circle"}  # fmt: skip


def change_owner(customer_id: int, owner_id: int | None, department_id: int | None, at: datetime) -> None:
    """Close the open row of the owner history and open the next, if somebody is responsible from now on."""
    statement = update(CustomerOwner).where(CustomerOwner.customer_id == customer_id, CustomerOwner.to_at.is_(None))
    db.session.execute(statement.values(to_at=at), execution_options={"synchronize_session": False})
    first_owner(customer_id, owner_id, department_id, at)


def first_owner(customer_id: int, owner_id: int | None, department_id: int | None, at: datetime) -> None:
    """Open the owner history, if somebody is responsible."""
    if owner_id is not None:
        row = {"customer_id": customer_id, "user_id": owner_id, "department_id": department_id, "from_at": at}
        db.session.connection().execute(insert(CustomerOwner.__table__), row)


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
    return read_once(("customers.owners", customer_id), lambda: _owners(customer_id))


def _owners(customer_id: int) -> list[tuple[str, str | None, datetime, datetime | None]]:
    statement = (
        select(Account.name, Department.name, CustomerOwner.from_at, CustomerOwner.to_at)
        .join(Account, Account.id == CustomerOwner.user_id)
        .join(Department, Department.id == CustomerOwner.department_id, isouter=True)
        .where(CustomerOwner.customer_id == customer_id)
        .order_by(CustomerOwner.from_at.desc(), CustomerOwner.id.desc())
    )
    return [(row[0], row[1], row[2], row[3]) for row in db.session.execute(statement)]


def timeline(customer: Customer, limit: int) -> list[TimelineEntry]:
    """The record's own entries, newest first: changes and owners."""
    found = [*change_entries(customer, None, limit), *owner_entries(customer, None, limit)]
    return sorted(found, key=lambda entry: entry.at, reverse=True)[:limit]


def change_entries(customer: Customer, until: datetime | None, limit: int) -> list[TimelineEntry]:
    """Changed fields, how the file was opened and what was merged into it; what was changed together is one entry.

    The newest ``limit`` that are not later than ``until``: three statements.
    """
    found = _changes_until(customer.id, until, limit)
    statement = select(MergedCustomer).where(MergedCustomer.customer_id == customer.id)
    if until is not None:
        statement = statement.where(MergedCustomer.at <= until)
    merged = db.session.scalars(statement.order_by(MergedCustomer.at.desc()).limit(limit)).all()
    logins = {change.actor for change in found} | {each.actor for each in merged} | {customer.created_by}
    names = names_of_logins(logins)
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
                    (label(each.field), *(_with_person(each, text) for text in (each.old, each.new)))
                    for each in together
                ),
            )
        )
    if until is None or customer.created_at <= until:
        by_import = customer.origin == "import"
        entries.append(
            TimelineEntry(
                at=customer.created_at,
                title=_("Customer file opened by an import") if by_import else _("Customer file opened"),
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


def _with_person(change: CustomerChange, text: str) -> str:
    """A value as people read it, that of a key person behind the person's name."""
    shown = readable(change.field, text)
    return f"{change.person}: {shown}" if change.person and shown else shown


def _changes_until(customer_id: int, until: datetime | None, moments: int) -> Sequence[CustomerChange]:
    """All changes of the newest ``moments`` at which something was changed: no entry is read by half.

    Left out is what one may not see, and the new owner, whom the owners' own entries tell.
    """
    user = acting_user()
    readable_ones = {key for key, section in SECTIONS.items() if user.can(section.read)}
    hidden = [key for key, field in FIELDS.items() if field.section not in readable_ones]
    of_record = [
        CustomerChange.customer_id == customer_id,
        CustomerChange.field.not_in(hidden),
        or_(CustomerChange.field != "owner_id", CustomerChange.new == ""),
    ]
    if not may_read("contact.name"):
        of_record.append(CustomerChange.field.not_like("contact.%"))
    if until is not None:
        of_record.append(CustomerChange.at <= until)
    newest = select(CustomerChange.at).where(*of_record).group_by(CustomerChange.at)
    newest_moments = newest.order_by(CustomerChange.at.desc()).limit(moments).subquery()
    earliest = select(func.min(newest_moments.c.at)).scalar_subquery()
    statement = select(CustomerChange).where(*of_record, CustomerChange.at >= earliest)
    rows = db.session.scalars(statement.order_by(CustomerChange.at.desc(), CustomerChange.id.desc()))
    return [change for change in rows if may_read(change.field)]  # the rule itself has the last word


def owner_entries(customer: Customer, until: datetime | None, limit: int) -> list[TimelineEntry]:
    """Who became responsible, after whom; whoever was when the file was opened is no change. One statement."""
    held = owners(customer.id)
    former = {to_at: name for name, _place, _from_at, to_at in held}
    changed = [row for row in held if row[2] > customer.created_at and (until is None or row[2] <= until)]
    return [
        TimelineEntry(
            at=from_at,
            title=_("Owner changed"),
            who=place or "",
            icon="person-check",
            tone="violet",
            changes=((label("owner_id"), former.get(from_at, ""), name),),
        )
        for name, place, from_at, _to_at in changed[:limit]
    ]


def _title(source: str) -> str:
    if source == "import":
        return str(_("Changed by an import"))
    if source == "revert":
        return str(_("Import reverted"))
    if source == "confirm":
        return str(_("Confirmed as a customer"))
    return str(_("Taken over in a merge") if source == "merge" else _("Fields changed"))
