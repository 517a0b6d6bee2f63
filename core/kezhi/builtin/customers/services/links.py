"""Erasing, handing over and deleting customers, with everything that apps keep about them.

What an app keeps is known from its record links, as data: all of this, and merging (``merging.py``), works alike for
apps that run, are disabled, are broken or are not installed (CUS-06, ORG-01). Every function here expects an open
``writing()``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import Table, and_, delete, func, insert, literal, null, select, update
from sqlalchemy.sql import sqltypes

from kezhi import Refused, announce, audit_record, clock, db, visible_ids
from kezhi.bulk import MOST_KEYS
from kezhi.i18n import _
from kezhi.record_links import StoredLink, links_to

from ...accounts.models import Account
from ..models import Customer, CustomerOwner
from .records import customer_by_id

TARGET = "customers_customer"
#: Columns of the record itself that say something about a person; the firm's own data may be kept.
PERSONAL = ("contact_name", "contact_title", "address", "phone", "phone_key", "fax", "email", "legal_representative",
            "notes")  # fmt: skip

customers = Customer.__table__


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why a customer cannot be deleted: ``count`` rows of an app, named by ``label``."""

    plugin: str
    label: str
    count: int


def blockers(customer_id: int) -> list[Blocker]:
    """What keeps a customer from being deleted."""
    found = []
    for stored in links_to(TARGET):
        if stored.link.delete == "block":
            count = db.session.scalar(
                select(func.count()).select_from(stored.table).where(of_customer(stored, customer_id))
            )
            if count:
                found.append(Blocker(stored.plugin, stored.label, count))
    return found


def delete_customer(customer_id: int) -> None:
    """Delete a customer file and what apps let go with it; its codes are never given again (CUS-01).

    Errors: ``NotFound``; ``Refused``, naming what stands in the way.
    """
    customer = customer_by_id(customer_id)
    found = blockers(customer_id)
    if found:
        named = _("、").join(f"{each.label} ({each.count})" for each in found)
        raise Refused(_("This customer file cannot be deleted, other records hang on it: %(named)s.", named=named))
    counts = {}
    for stored in links_to(TARGET):
        if stored.link.delete == "delete":
            counts[stored.table.name] = execute(delete(stored.table).where(of_customer(stored, customer_id)))
    db.session.delete(customer)
    db.session.flush()
    announce(Customer, "delete", [customer_id])
    audit_record("customer.delete", "customer", customer_id, rows={k: v for k, v in counts.items() if v})


def erase_customer(customer_id: int) -> dict[str, int]:
    """Take the personal data out of a customer file and of everything that hangs on it, for good.

    Returns the rows changed or deleted, by table. Errors: ``NotFound``.
    """
    customer = customer_by_id(customer_id)
    counts: dict[str, int] = {}
    for stored in links_to(TARGET):
        mine = of_customer(stored, customer_id)
        if stored.link.erase == "delete":
            counts[stored.table.name] = execute(delete(stored.table).where(mine))
        elif stored.link.erase == "blank" and stored.link.personal:
            blank = {name: _nothing(stored.table, name) for name in stored.link.personal}
            counts[stored.table.name] = execute(update(stored.table).where(mine).values(blank))
    own = {name: _nothing(customers, name) for name in PERSONAL}
    own |= {"updated_at": clock.now(), "version": customer.version + 1}
    counts[TARGET] = execute(update(customers).where(customers.c.id == customer_id).values(own))
    db.session.expire(customer)
    announce_linked(counts, customer_id)
    announce(Customer, "update", [customer_id])
    audit_record("customer.erase", "customer", customer_id, rows=counts)
    return counts


def hand_over(from_user: int, to_user: int) -> dict[str, int]:
    """Hand all customers of a person, and what apps have put in that person's charge, to another one (ORG-01).

    Only those customers that the acting person sees. Nothing else of them changes. Returns what moved, by table.
    Errors: ``Refused`` when the other person is not active.
    """
    receiver = db.session.get(Account, to_user)
    if receiver is None or not receiver.active or from_user == to_user:
        raise Refused(_("Choose another active person who takes the customers over."))
    seen, now = visible_ids(Customer), clock.now()
    mine = [customers.c.owner_id == from_user] + ([] if seen is None else [customers.c.id.in_(seen)])
    moving = select(customers.c.id).where(*mine)
    ids = list(db.session.scalars(moving.limit(MOST_KEYS + 1)))
    owner = CustomerOwner.__table__
    open_rows = and_(owner.c.to_at.is_(None), owner.c.customer_id.in_(moving))
    execute(update(owner).where(open_rows).values(to_at=now))
    columns = ["customer_id", "user_id", "department_id", "from_at"]
    new = select(customers.c.id, literal(to_user), customers.c.department_id, literal(now, owner.c.from_at.type))
    execute(insert(owner).from_select(columns, new.where(*mine)))
    counts: dict[str, int] = {}
    for stored in links_to(TARGET):
        if stored.link.hand_over is not None:
            column = stored.table.c[stored.link.hand_over]
            of_theirs = stored.table.c[stored.link.column].in_(moving)
            statement = update(stored.table).where(column == from_user, of_theirs)
            counts[stored.table.name] = execute(statement.values({column.name: to_user}))
    values = {"owner_id": to_user, "updated_at": now, "version": customers.c.version + 1}
    counts[TARGET] = execute(update(customers).where(*mine).values(values))
    db.session.expire_all()
    if ids:
        theirs_now = select(customers.c.id).where(customers.c.owner_id == to_user)
        announce(Customer, "update", ids if len(ids) <= MOST_KEYS else theirs_now)
    audit_record("customer.hand_over", "user", from_user, to=to_user, rows=counts)
    return counts


# ── one link ────────────────────────────────────────────────────────────────────────────────────────────────────


def of_customer(stored: StoredLink, customer_id: int) -> Any:
    return stored.table.c[stored.link.column] == customer_id


def _nothing(table: Table, name: str) -> Any:
    """What stands in a blanked column: nothing, or an empty text where something must stand."""
    column = table.c[name]
    if column.nullable:
        return null()
    return "" if isinstance(column.type, sqltypes.String) else 0


def execute(statement: Any) -> int:
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount)


def announce_linked(counts: Mapping[str, int], customer_id: int) -> None:
    """Tell the running apps that rows of theirs changed which hang on the customer: their summaries follow."""
    models = {model.__tablename__: model for model in current_app.extensions["kezhi"].call.register_models()}
    for stored in links_to(TARGET):
        model = models.get(stored.table.name)
        if model is not None and counts.get(stored.table.name):
            key = next(iter(stored.table.primary_key))
            announce(model, "update", select(key).where(of_customer(stored, customer_id)))
