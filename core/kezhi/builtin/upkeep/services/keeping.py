"""The two copies of base files, and the manager's supervision of the files (CUS-16). Writing expects ``writing()``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, delete, insert, literal, select
from sqlalchemy.orm import aliased

from kezhi import Refused, acting_user, announce, audit_record, bulk_write, clock, db, visible
from kezhi.i18n import _

from ...accounts.models import Account
from ...customers.services import customer_by_id, rows_of
from ...customers.sharing.guard import check_writable
from ..copying import KINDS
from ..models import BaseCopy, Guidance

LONGEST_PLACE, LONGEST_TEXT = 200, 2000
UNSCOPED = {"kezhi_unscoped": True, "synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a copy is: the place, who has it, and when both were last compared."""

    place: str
    holder_id: int
    compared_on: date | None = None


def copies_of(customer_id: int) -> dict[str, tuple[BaseCopy, str]]:
    """The copies of a base file by kind, with the names of their holders."""
    rows = rows_of(BaseCopy.customer_id, customer_id).add_columns(Account.name)
    rows = rows.join(Account, Account.id == BaseCopy.holder_id)
    return {row.kind: (row, name) for row, name in db.session.execute(rows)}


def keep(customer_id: int, places: Mapping[str, Place | None]) -> None:
    """Record where the copies of a base file are; None takes one off the record. Errors: ``NotFound``, ``Refused``."""
    customer_by_id(customer_id)
    check_writable([customer_id])  # a row that goes announces nothing
    for kind, place in places.items():
        if place is not None:
            _check(kind, place)
    mine = BaseCopy.customer_id == customer_id
    db.session.execute(delete(BaseCopy).where(mine, BaseCopy.kind.in_(list(places))), execution_options=UNSCOPED)
    rows = [_row(kind, place) | {"customer_id": customer_id} for kind, place in places.items() if place is not None]
    if rows:
        db.session.execute(insert(BaseCopy), rows)
    db.session.expire_all()
    audit_record("upkeep.copies", "customer", customer_id, kept=sorted(row["kind"] for row in rows))
    announce(BaseCopy, "update", select(BaseCopy.customer_id).where(mine))


def keep_many(ids: Select[Any], kind: str, place: Place) -> int:
    """Record the same place for a copy of many files that one sees: how many those are. Errors: ``Refused``."""
    _check(kind, place)
    check_writable(ids)
    chosen = ids.subquery()
    old = delete(BaseCopy).where(BaseCopy.kind == kind, BaseCopy.customer_id.in_(select(chosen.c[0])))
    db.session.execute(old, execution_options=UNSCOPED)
    table, values = BaseCopy.__table__, _row(kind, place)
    columns = [literal(value, table.c[name].type) for name, value in values.items()]
    rows = select(chosen.c[0], *columns)
    statement = insert(table).from_select(["customer_id", *values], rows)
    made = select(table.c.customer_id).where(table.c.changed_at == values["changed_at"])
    return bulk_write(statement, model=BaseCopy, change="create", keys=made, action="upkeep.copies", kind=kind)


def _row(kind: str, place: Place) -> dict[str, Any]:
    values = {"kind": kind, "place": place.place, "holder_id": place.holder_id, "compared_on": place.compared_on}
    return values | {"changed_at": clock.now(), "changed_by": acting_user().login}


def _check(kind: str, place: Place) -> None:
    if kind not in KINDS:
        raise Refused(_("Choose one of the list."), field="kind")
    if not place.place:
        raise Refused(_("Write where the copy is."), field=f"{kind}_place")
    if len(place.place) > LONGEST_PLACE:
        raise Refused(_("Write %(count)s characters at most.", count=LONGEST_PLACE), field=f"{kind}_place")
    if place.holder_id not in holders():
        raise Refused(_("Choose who has the copy."), field=f"{kind}_holder")
    if place.compared_on is not None and place.compared_on > clock.today():
        day = place.compared_on.isoformat()
        raise Refused(_("%(day)s is still to come.", day=day), field=f"{kind}_compared_on")


def holders() -> dict[int, str]:
    """Who can have a copy: everybody active, by name."""
    rows = select(Account.id, Account.name).where(Account.active.is_(True)).order_by(Account.name, Account.id)
    return {row.id: row.name for row in db.session.execute(rows)}


# ── guidance ────────────────────────────────────────────────────────────────────────────────────────────────────


def guide(text: str, on_day: date, customer_id: int | None = None, person_id: int | None = None) -> Guidance:
    """Record what the acting person supervised or explained. Errors: ``NotFound`` for the customer; ``Refused``."""
    if customer_id is not None:
        customer_by_id(customer_id)
    if not text:
        raise Refused(_("Write what was looked at or explained."), field="text")
    if len(text) > LONGEST_TEXT:
        raise Refused(_("Write %(count)s characters at most.", count=LONGEST_TEXT), field="text")
    if on_day > clock.today():
        raise Refused(_("%(day)s is still to come.", day=on_day.isoformat()), field="on_day")
    if person_id is not None and person_id not in holders():
        raise Refused(_("Choose one of the list."), field="person")
    made = Guidance(
        customer_id=customer_id, person_id=person_id, on_day=on_day, text=text, at=clock.now(), by_id=acting_user().id
    )
    db.session.add(made)
    db.session.flush()
    audit_record("upkeep.guidance", "guidance", made.id, person_id=person_id, on_day=on_day.isoformat())
    announce(Guidance, "create", [made.id])
    return made


def guidance_of(customer_id: int, limit: int) -> Sequence[tuple[Guidance, str, str]]:
    """The newest entries about a file that one sees, with who guided whom."""
    author, person = aliased(Account), aliased(Account)
    rows = visible(Guidance).add_columns(author.name, person.name).where(Guidance.customer_id == customer_id)
    rows = rows.outerjoin(author, author.id == Guidance.by_id).outerjoin(person, person.id == Guidance.person_id)
    newest = rows.order_by(Guidance.on_day.desc(), Guidance.id.desc()).limit(limit)
    # visible() narrows it already, and it names nothing else that is guarded
    found = db.session.execute(newest, execution_options={"kezhi_unscoped": True})
    return [(row, by or "", whom or "") for row, by, whom in found]
