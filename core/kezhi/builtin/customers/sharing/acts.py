"""Giving dated access and taking it back. Writers expect an open ``writing()`` (CUS-04)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, literal, select, update

from kezhi import Conflict, NotFound, Refused, acting_user, announce, audit_record, clock, db, setting, visible
from kezhi.bulk import MOST_KEYS
from kezhi.i18n import _

from ...accounts.models import Account, Department
from ...accounts.services import load_users
from ..models import CustomerShare
from .guard import check_in_charge
from .rules import SHARE, customer, is_open, share
from .telling import tell_ended, tell_given

LONGEST_REASON = 300
TABLE = CustomerShare.__table__


@dataclass(frozen=True, slots=True)
class Terms:
    """To whom (a person or a department), from which day to which, both included, and for what."""

    from_on: date
    to_on: date
    reason: str
    user_id: int | None = None
    department_id: int | None = None
    may_write: bool = False

    @property
    def receiver(self) -> ColumnElement[bool]:
        """The condition that a share is this receiver's."""
        mine: ColumnElement[bool] = share.department_id == self.department_id
        return mine if self.user_id is None else share.user_id == self.user_id


def share_customers(ids: Select[Any], terms: Terms) -> int:
    """Share the customers that ``ids`` holds, in place of what the receiver had of them; how many.

    ``ids`` holds only what the acting person sees. One who has a customer by a share only, or may only look, gives
    nothing on. Errors: ``Refused``, naming the field.
    """
    _check(terms)
    check_in_charge(ids)
    user, now = acting_user(), clock.now()
    # the responsible person needs no share of theirs
    other = customer.owner_id.is_distinct_from(terms.user_id) if terms.user_id is not None else literal(1) == 1
    chosen = list(db.session.scalars(select(customer.id).where(customer.id.in_(ids), other).limit(MOST_KEYS + 1)))
    if not chosen:
        raise Refused(_("This person is responsible for it already."), field="person")
    which: Any = chosen if len(chosen) <= MOST_KEYS else select(customer.id).where(customer.id.in_(ids), other)
    before = update(TABLE).where(terms.receiver, is_open(), share.customer_id.in_(which))
    db.session.execute(before.values(ended_at=now, ended_by_id=user.id))
    begun = terms.from_on <= clock.today()
    values = {
        "user_id": terms.user_id, "department_id": terms.department_id, "from_on": terms.from_on,
        "to_on": terms.to_on, "may_write": terms.may_write, "reason": terms.reason.strip(), "given_by_id": user.id,
        "given_at": now, "told_at": now if begun else None,
    }  # fmt: skip
    columns = [literal(value, TABLE.c[name].type) for name, value in values.items()]
    rows = select(customer.id, *columns).where(customer.id.in_(which))
    db.session.execute(insert(TABLE).from_select(["customer_id", *values], rows))
    made = select(share.id).where(share.given_at == now, share.customer_id.in_(which), terms.receiver)
    count = db.session.scalar(select(func.count()).select_from(made.subquery())) or 0
    kind, receiver = ("department", terms.department_id) if terms.user_id is None else ("user", terms.user_id)
    said: dict[str, Any] = {"from_on": terms.from_on.isoformat(), "to_on": terms.to_on.isoformat(), "count": count}
    said |= {"customer": chosen[0]} if count == 1 else {}
    audit_record("customer.share", kind, receiver, write=terms.may_write, **said)
    announce(CustomerShare, "create", list(db.session.scalars(made)) if count <= MOST_KEYS else made)
    if begun:
        tell_given(terms.user_id, terms.department_id, chosen[:2])
    return count


def end_share(share_id: int) -> CustomerShare:
    """Take access back before its last day. Errors: ``NotFound``; ``Refused``; ``Conflict`` when it is over already."""
    found = share_by_id(share_id)
    if not acting_user().can(SHARE):
        raise NotFound(_("There is no such share."))
    check_in_charge([found.customer_id])
    statement = update(TABLE).where(share.id == share_id, is_open())
    result: Any = db.session.execute(statement.values(ended_at=clock.now(), ended_by_id=acting_user().id))
    if result.rowcount != 1:
        raise Conflict(_("This access is over already."))
    db.session.expire_all()
    audit_record("customer.unshare", "customer", found.customer_id, share=share_id, user=found.user_id)
    announce(CustomerShare, "update", [share_id])
    tell_ended(found.user_id, found.department_id)
    return found


def share_by_id(share_id: int) -> CustomerShare:
    """A share of a customer that one sees. Errors: ``NotFound``."""
    found: CustomerShare | None = db.session.scalars(visible(CustomerShare).where(CustomerShare.id == share_id)).first()
    if found is None:
        raise NotFound(_("There is no such share."))
    return found


def longest_days() -> int:
    """For how many days a company lets customers be shared at most."""
    return int(setting("customers", "share_days"))


def _check(terms: Terms) -> None:
    user, today = acting_user(), clock.today()
    if not user.can(SHARE):
        raise Refused(_("You may not share customers."))
    if terms.may_write and not user.can("customers.write"):
        raise Refused(_("You may not change customer files, and cannot let others do it."), field="right")
    if (terms.user_id is None) == (terms.department_id is None):
        raise Refused(_("Choose a person or a department, one of them."), field="person")
    if terms.from_on < today:
        raise Refused(_("Access begins today or later."), field="from_on")
    if terms.to_on < terms.from_on:
        raise Refused(_("The last day lies before the first."), field="to_on")
    if terms.to_on > terms.from_on + timedelta(days=longest_days() - 1):
        raise Refused(_("Share for %(days)s days at most; it can be given again.", days=longest_days()), field="to_on")
    if not terms.reason.strip():
        raise Refused(_("Write what the access is for."), field="reason")
    if len(terms.reason) > LONGEST_REASON:
        raise Refused(_("Write %(count)s characters at most.", count=LONGEST_REASON), field="reason")
    _check_receiver(terms, user.id)


def _check_receiver(terms: Terms, own_id: int | None) -> None:
    if terms.department_id is not None:
        if db.session.get(Department, terms.department_id) is None:
            raise Refused(_("Choose one of the list."), field="department")
        return
    person = next(iter(load_users(Account.id == terms.user_id)), None)
    if person is None or person.id == own_id:
        raise Refused(_("Choose another active person."), field="person")
    if not person.can("customers.read"):
        message = _("%(name)s may not read customer files: an access would open nothing.", name=person.name)
        raise Refused(message, field="person")


__all__ = ["LONGEST_REASON", "Terms", "end_share", "longest_days", "share_by_id", "share_customers"]
