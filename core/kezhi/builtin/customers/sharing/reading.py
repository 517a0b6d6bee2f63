"""Shares as pages show them: of one customer, on its timeline, and as a column and filter of the list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import false, func, or_, select
from sqlalchemy.orm import aliased

from kezhi import Choice, Column, Filter, TimelineEntry, User, acting_user, clock, db
from kezhi.i18n import _, _l

from ...accounts.models import Account, Department
from ..models import Customer, CustomerShare
from ..services.once import read_once
from .rules import SHARE, customer, holds, is_in_charge, receivers, share, shared_ids

#: Former shares on a page at most; all of them stand on the timeline.
MOST_FORMER = 20
WITH_ME, WITH_OTHERS = "me", "others"


@dataclass(frozen=True, slots=True)
class Shown:
    """One share as a page shows it; ``is_mine`` when the reader is among its receivers."""

    id: int
    receiver: str
    is_department: bool
    from_on: date
    to_on: date
    may_write: bool
    reason: str
    given_by: str
    ended_at: datetime | None
    is_mine: bool
    given_at: datetime
    ended_by: str

    @property
    def state(self) -> str:
        """``open``, ``coming``, ``over`` or ``ended`` before its last day."""
        today = clock.today()
        if self.ended_at is not None:
            return "ended"
        return "coming" if self.from_on > today else "open" if self.to_on >= today else "over"


@dataclass(frozen=True, slots=True)
class Sharing:
    """What the page of a customer says of its shares, and what they let the reader do."""

    present: list[Shown]  #: that hold or will
    former: list[Shown]
    may_share: bool
    may_change: bool  #: whether the reader may change the file at all, their role's rights apart
    mine: Shown | None  #: the share by which the reader sees the file


def sharing_of(record: Any, user: User) -> Sharing:
    """The shares of a customer, and what follows for the reader: one statement."""
    shown = _shares(record.id, user)
    charge = is_in_charge(record.owner_id, record.department_id, user)
    mine = sorted(
        (each for each in shown if each.is_mine and each.state == "open"), key=lambda each: (each.may_write, each.to_on)
    )
    present = [each for each in shown if each.state in ("open", "coming")]
    return Sharing(
        present=present,
        former=[each for each in shown if each not in present][:MOST_FORMER],
        may_share=charge and user.can(SHARE),
        may_change=charge or any(each.may_write for each in mine),
        mine=mine[-1] if mine and not charge else None,
    )


def _shares(customer_id: int, user: User) -> list[Shown]:
    """Every share of a customer, for its page and its timeline: one statement."""
    return read_once(("customers.shares", customer_id, user), lambda: _read_shares(customer_id, user))


def _read_shares(customer_id: int, user: User) -> list[Shown]:
    giver, ender = aliased(Account), aliased(Account)
    mine = or_(false(), *receivers(user)) if user.id is not None else false()
    statement = (
        select(CustomerShare, Account.name, Department.name, giver.name, mine, ender.name)
        .outerjoin(Account, Account.id == CustomerShare.user_id)
        .outerjoin(Department, Department.id == CustomerShare.department_id)
        .outerjoin(giver, giver.id == CustomerShare.given_by_id)
        .outerjoin(ender, ender.id == CustomerShare.ended_by_id)
        .where(CustomerShare.customer_id == customer_id)
        .order_by(CustomerShare.to_on.desc(), CustomerShare.id.desc())
    )
    return [
        Shown(
            row.id, person or place or "", row.user_id is None, row.from_on, row.to_on, row.may_write, row.reason,
            by or "", row.ended_at, bool(is_mine), row.given_at, ended_by or "",
        )
        for row, person, place, by, is_mine, ended_by in db.session.execute(statement)
    ]  # fmt: skip


def entries(record: Any, until: datetime | None, limit: int) -> list[TimelineEntry]:
    """What the timeline tells: each share when it was given, and when it was taken back or ran out. One statement."""
    found = []
    for each in _shares(record.id, acting_user()):
        right = _("to change it too") if each.may_write else _("for looking only")
        span = _("%(first)s to %(last)s", first=each.from_on.isoformat(), last=each.to_on.isoformat())
        lines = ((_("Access"), "", f"{span} · {right}"), (_("What for"), "", each.reason))
        found.append(
            TimelineEntry(
                at=each.given_at, title=_("Shared with %(name)s", name=each.receiver), who=each.given_by, icon="share",
                tone="teal", changes=lines,
            )
        )  # fmt: skip
        over = each.ended_at or _end_of(each.to_on)
        if over <= clock.now():
            title = _("Sharing with %(name)s taken back") if each.ended_at else _("Sharing with %(name)s ran out")
            found.append(
                TimelineEntry(
                    at=over, title=str(title) % {"name": each.receiver}, who=each.ended_by if each.ended_at else "",
                    icon="slash-circle", tone="gray",
                )
            )  # fmt: skip
    found = [each for each in found if until is None or each.at <= until]
    return sorted(found, key=lambda each: each.at, reverse=True)[:limit]


def _end_of(day: date) -> datetime:
    """The instant at which a day of the company is over."""
    return datetime.combine(day + timedelta(days=1), time.min, clock.company_zone()).astimezone(UTC)


@cache
def column(order: int) -> Column:
    """The last day of what is shared with others. Which day it is, is asked when a list is read."""
    last = select(func.max(share.to_on)).where(share.customer_id == customer.id, holds()).scalar_subquery()
    offered = {WITH_ME: _l("With me"), WITH_OTHERS: _l("With somebody")}
    chosen = Filter("choice", lambda: [Choice(key, title) for key, title in offered.items()], _filtered)
    return Column("shared", _l("Shared until"), last, filter=chosen, render="date", order=order)


def _filtered(value: str) -> Any:
    if value == WITH_ME:
        mine = shared_ids(acting_user())
        return or_(false(), *(Customer.id.in_(each) for each in mine))
    if value == WITH_OTHERS:
        return Customer.id.in_(select(share.customer_id).where(holds()))
    return false()
