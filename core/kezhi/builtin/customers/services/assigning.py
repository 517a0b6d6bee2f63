"""Giving customers to another responsible person, many at once (CUS-04, ORG-01). Writers expect an open ``writing()``.

What apps have put in the former owner's charge goes with its customer, whether the app runs or not: it is known from
the record links.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, literal, not_, or_, select, update

from kezhi import Refused, announce, audit_record, clock, db, visible_ids
from kezhi.builtin.apps.record_links import StoredLink, links_to
from kezhi.bulk import MOST_KEYS
from kezhi.i18n import gettext as _

from ...accounts.models import Account
from ..models import Customer, CustomerOwner
from ..sharing.guard import check_in_charge, given_away
from ..sharing.rules import beyond_charge
from .links import TARGET, execute
from .people import choosable_owners

customers, owners = Customer.__table__, CustomerOwner.__table__


def assign_customers(ids: Select[Any], owner_id: int) -> int:
    """Make a person responsible for these customers, in that person's department; how many came over.

    ``ids`` holds only what the acting person sees; it may ask for the owner of before. Errors: ``Refused`` for somebody
    whom the acting person may not choose, and for customers that are only shared with the acting person.
    """
    if owner_id not in choosable_owners():
        raise Refused(_("Choose one of the list."), field="owner")
    check_in_charge(ids)
    others = or_(customers.c.owner_id != owner_id, customers.c.owner_id.is_(None))
    place = db.session.scalar(select(Account.department_id).where(Account.id == owner_id))
    counts = _move([customers.c.id.in_(ids), others], owner_id, literal(place, customers.c.department_id.type))
    if counts[TARGET]:
        audit_record("customer.assign", "user", owner_id, count=counts[TARGET], rows=counts)
    return counts[TARGET]


def hand_over(from_user: int, to_user: int) -> dict[str, int]:
    """Hand all customers of a person, and what apps have put in that person's charge, to another one (ORG-01).

    Only those customers that the acting person sees. Nothing else of them changes. Returns what moved, by table.
    Errors: ``Refused`` when the other person is not active.
    """
    receiver = db.session.get(Account, to_user)
    if receiver is None or not receiver.active or from_user == to_user:
        raise Refused(_("Choose another active person who takes the customers over."))
    seen = visible_ids(Customer)
    mine = [customers.c.owner_id == from_user] + ([] if seen is None else [customers.c.id.in_(seen)])
    borrowed = beyond_charge()  # what is only shared with the acting person is not theirs to give
    mine += [] if borrowed is None else [not_(borrowed)]
    counts = _move(mine, to_user, customers.c.department_id)
    audit_record("customer.hand_over", "user", from_user, to=to_user, rows=counts)
    return counts


def hand_over_these(
    from_user: int, to_user: int, ids: Select[Any], links: Sequence[StoredLink] | None = None
) -> dict[str, int]:
    """As :func:`hand_over`, for the customers that ``ids`` holds, whether the acting person sees them or not.

    For whoever hands over everything of a person (ORG-01): what is hidden must not stay behind. ``links`` are the
    record links, for a caller that has asked for them already.
    """
    which = [customers.c.owner_id == from_user, customers.c.id.in_(ids)]
    counts = _move(which, to_user, customers.c.department_id, links)
    audit_record("customer.hand_over", "user", from_user, to=to_user, rows=counts)
    return counts


def _move(
    which: list[ColumnElement[bool]],
    owner_id: int,
    department: ColumnElement[Any],
    links: Sequence[StoredLink] | None = None,
) -> dict[str, int]:
    """Give the customers that fulfil ``which`` to a person; what moved, by table. Constant number of statements."""
    now = clock.now()  # tells the customers that came over from all others, once their owner has changed
    moving = select(customers.c.id).where(*which)
    # two who hand the same customers over at the same time come one after the other, in one order
    locked = moving.order_by(customers.c.id).with_for_update().subquery()
    db.session.execute(select(func.count()).select_from(locked))
    counts: dict[str, int] = {}
    for stored in links if links is not None else links_to(TARGET):
        if stored.link.hand_over is not None:
            column, customer = stored.table.c[stored.link.hand_over], stored.table.c[stored.link.column]
            former = select(customers.c.owner_id).where(*which, customers.c.id == customer).correlate(stored.table)
            theirs = update(stored.table).where(column == former.scalar_subquery())
            counts[stored.table.name] = execute(theirs.values({column.name: owner_id}))
    execute(update(owners).where(owners.c.to_at.is_(None), owners.c.customer_id.in_(moving)).values(to_at=now))
    columns = ["customer_id", "user_id", "department_id", "from_at"]
    new = select(customers.c.id, literal(owner_id), department, literal(now, owners.c.from_at.type)).where(*which)
    execute(insert(owners).from_select(columns, new))
    values = {"owner_id": owner_id, "department_id": department, "updated_at": now, "version": customers.c.version + 1}
    counts[TARGET] = execute(update(customers).where(*which).values(values))
    db.session.expire_all()
    if counts[TARGET]:
        came = select(customers.c.id).where(customers.c.owner_id == owner_id, customers.c.updated_at == now)
        with given_away():
            announce(Customer, "update", list(db.session.scalars(came)) if counts[TARGET] <= MOST_KEYS else came)
    return counts
