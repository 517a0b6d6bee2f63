"""Erasing and deleting customers, with everything that apps keep about them.

What an app keeps is known from its record links, as data: all of this, merging (``merging.py``) and handing over
(``assigning.py``) work alike for apps that run, are disabled, are broken or are not installed (CUS-06, ORG-01).
Every function here expects an open ``writing()``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import Table, delete, func, null, select, update
from sqlalchemy.sql import sqltypes

from kezhi import Refused, announce, audit_record, clock, db
from kezhi.builtin.apps.record_links import StoredLink, links_to
from kezhi.i18n import _

from ...protection.fields import Protected
from ..models import Customer
from ..sharing.guard import check_in_charge
from .records import customer_by_id

TARGET = "customers_customer"
#: Columns of the record itself that say something about a person; the firm's own data may be kept.
PERSONAL = ("contact_name", "contact_title", "address", "phone", "phone_key", "fax", "email", "email_key",
            "legal_representative", "notes")  # fmt: skip

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
    check_in_charge([customer_id])
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
    check_in_charge([customer_id])
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


# ── one link ────────────────────────────────────────────────────────────────────────────────────────────────────


def of_customer(stored: StoredLink, customer_id: int) -> Any:
    return stored.table.c[stored.link.column] == customer_id


def _nothing(table: Table, name: str) -> Any:
    """What stands in a blanked column: nothing, or an empty text where something must stand."""
    column = table.c[name]
    if column.nullable:
        return null()
    return "" if isinstance(column.type, sqltypes.String | Protected) else 0


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
