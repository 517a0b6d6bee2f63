"""The cause of a complaint, who is responsible for it, and what each of them bears of its cost (CMP-13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, delete, func, insert, select

from kezhi import NotFound, Refused, announce, audit_record, clock, db, visible, writing
from kezhi.builtin.accounts.services import department_name, user_by_id
from kezhi.i18n import _

from ..models import (
    BY_CARRIER,
    BY_DEPARTMENT,
    BY_PERSON,
    BY_SUPPLIER,
    CAUSE,
    CLOSED,
    COSTS,
    OPEN_STATES,
    SHARES,
    UNITS,
    WHOLE,
    Complaint,
    Remedy,
    Responsibility,
)
from .entries import ENTRIES
from .finding import complaint_by_id
from .following import hold
from .history import add_event
from .remedies import may_work_on
from .stepping import claim

TABLE: Any = Responsibility.__table__
REMEDIES: Any = Remedy.__table__
LONGEST_NAME, MOST_SHARES = 100, 5  #: the form has a row for each


@dataclass(frozen=True, slots=True)
class Share:
    """Who bears which part, in parts per million: a department or person by id, a supplier or carrier by name."""

    unit: str
    reference: int | str
    share: int


@dataclass(frozen=True, slots=True)
class UnitCost:
    """What one unit bears of the cost of some complaints, in minor units of ``currency``."""

    unit: str
    unit_key: str
    name: str
    currency: str
    cost: int


def may_name(complaint: Complaint) -> bool:
    """Whether the acting person may say what the cause is and who bears the cost: of the desk, until it is closed and
    also after that."""
    return complaint.state in (*OPEN_STATES[1:], CLOSED) and may_work_on(complaint)


def shares_of(complaint_id: int) -> list[Responsibility]:
    """Who bears the cost of a complaint that the user sees."""
    mine = visible(Responsibility).where(Responsibility.complaint_id == complaint_id)
    return list(db.session.scalars(mine.order_by(Responsibility.id)))


def name_responsible(
    complaint_id: int, version: int, cause_id: int | None, shares: Sequence[Share]
) -> list[Responsibility]:
    """Put the cause and who is responsible on record, in place of what stood there. No shares: nobody yet.

    ``version`` is that of the complaint. Errors: ``NotFound`` for who may not; ``Conflict``; ``Refused`` with the
    field, also when the shares do not add up to the whole.
    """
    with writing():
        complaint = complaint_by_id(complaint_id)
        if not may_name(complaint):
            raise NotFound(_("There is no such page."))
        hold([complaint.id])
        rows = _rows(complaint, shares)
        claim(complaint, version, {"cause_id": _cause(cause_id, complaint.cause_id)}, clock.now())
        old = list(db.session.scalars(select(TABLE.c.id).where(TABLE.c.complaint_id == complaint.id)))
        db.session.execute(delete(TABLE).where(TABLE.c.complaint_id == complaint.id))
        if rows:
            db.session.execute(insert(TABLE), rows)
        db.session.expire_all()
        found = shares_of(complaint.id)
        add_event(complaint, SHARES, cause_id=complaint.cause_id, count=len(rows))
        if old:
            announce(Responsibility, "delete", old)
        announce(Responsibility, "create", [each.id for each in found])
        announce(Complaint, "update", [complaint.id], ("cause_id",))
        audit_record("complaint.responsible", "complaint", complaint.id, number=complaint.number, count=len(rows))
        return found


def split(amount: int, shares: Sequence[int]) -> list[int]:
    """Divide minor units by shares in parts per million: the parts add up to the amount, to the cent.

    What rounding leaves over goes to the largest remainders, the first of equal ones.
    """
    exact = [divmod(amount * share, WHOLE) for share in shares]
    parts = [whole for whole, _rest in exact]
    left = amount * sum(shares) // WHOLE - sum(parts)
    for at in sorted(range(len(parts)), key=lambda at: (-exact[at][1], at))[:left]:
        parts[at] += 1
    return parts


def costs_by_unit(ids: Select[Any]) -> list[UnitCost]:
    """What each unit bears of the cost of these complaints (a select of their ids), the largest first: two statements.

    Costs for which nobody is named stand under the empty unit.
    """
    r, s = REMEDIES.c, TABLE.c
    spent = select(r.complaint_id, r.currency, func.sum(r.amount).label("cost")).where(
        r.complaint_id.in_(ids), r.state.in_(COSTS)
    )
    costs = db.session.execute(spent.group_by(r.complaint_id, r.currency)).all()
    rows = select(s.complaint_id, s.unit, s.unit_key, s.name, s.share).where(s.complaint_id.in_(ids)).order_by(s.id)
    of: dict[int, list[Any]] = {}
    for row in db.session.execute(rows):
        of.setdefault(row.complaint_id, []).append(row)
    found: dict[tuple[str, str], tuple[str, str, int]] = {}
    for each in costs:
        theirs = of.get(each.complaint_id, [])
        parts = split(int(each.cost), [row.share for row in theirs]) if theirs else [int(each.cost)]
        for row, part in zip(theirs or [None], parts, strict=True):
            key = (row.unit_key if row else "", each.currency)
            held = found.get(key, (row.unit if row else "", row.name if row else "", 0))
            found[key] = (held[0], held[1], held[2] + part)
    listed = [UnitCost(unit, key, name, money, cost) for (key, money), (unit, name, cost) in found.items() if cost]
    return sorted(listed, key=lambda each: (-each.cost, each.unit_key, each.currency))


def _cause(cause_id: int | None, held: int | None) -> int | None:
    """A cause of the list; one that was retired only where it stands already."""
    if not cause_id or cause_id == held:
        return cause_id or None
    known = select(ENTRIES.c.id).where(
        ENTRIES.c.id == cause_id, ENTRIES.c.list == CAUSE, ENTRIES.c.retired_at.is_(None)
    )
    if db.session.scalar(known) is None:
        raise Refused(_("Choose a cause from the list."), field="cause")
    return cause_id


def _rows(complaint: Complaint, shares: Sequence[Share]) -> list[dict[str, Any]]:
    if len(shares) > MOST_SHARES:
        raise Refused(_("No more than %(most)s can be responsible.", most=MOST_SHARES), field="shares")
    rows = [_row(complaint, each) for each in shares]
    if len({row["unit_key"] for row in rows}) < len(rows):
        raise Refused(_("Each one only once: add their shares together."), field="shares")
    total = sum(row["share"] for row in rows)
    if rows and total != WHOLE:
        raise Refused(
            _("The shares add up to %(sum)s %%, not to 100 %%.", sum=f"{(Decimal(total) / 10_000).normalize():f}"),
            field="shares",
        )
    return rows


def _row(complaint: Complaint, each: Share) -> dict[str, Any]:
    if each.unit not in UNITS:
        raise Refused(_("Choose who is responsible."), field="shares")
    if not 0 < each.share <= WHOLE:
        raise Refused(_("Write a share of more than 0 and at most 100 percent."), field="shares")
    row: dict[str, Any] = {"complaint_id": complaint.id, "unit": each.unit, "share": each.share, "department_id": None,
                           "user_id": None}  # fmt: skip
    if each.unit == BY_DEPARTMENT:
        name = department_name(int(each.reference))
        row |= {"department_id": int(each.reference), "name": name, "unit_key": f"d{int(each.reference)}"}
    elif each.unit == BY_PERSON:
        person = user_by_id(int(each.reference))
        name = person.name if person is not None else ""
        row |= {"user_id": int(each.reference), "name": name, "unit_key": f"p{int(each.reference)}"}
    else:
        name = " ".join(str(each.reference).split())
        if len(name) > LONGEST_NAME:
            raise Refused(_("At most %(count)s characters.", count=LONGEST_NAME), field="shares")
        mark = {BY_SUPPLIER: "s", BY_CARRIER: "c"}[each.unit]
        row |= {"name": name, "unit_key": f"{mark}:{name.casefold()}"}
    if not row["name"]:
        raise Refused(_("Say who is responsible: choose a department or person, or write the name."), field="shares")
    return row
