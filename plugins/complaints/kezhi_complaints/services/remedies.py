"""Remedies of a complaint: what the customer is given, what it costs, and that it was carried out (CMP-13)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update

from kezhi import (
    Conflict,
    NotFound,
    Refused,
    acting_user,
    announce,
    audit_record,
    clock,
    currency,
    db,
    setting,
    visible,
    writing,
)
from kezhi.builtin.customers.services import may_change
from kezhi.i18n import _
from kezhi.money import LARGEST, to_minor

from ..access import HANDLE
from ..models import (
    APPROVED,
    CARRIED_OUT,
    CLOSED,
    COSTS,
    DRAFT,
    DROPPED,
    IN_APPROVAL,
    INVALID,
    MONEY,
    OPEN_STATES,
    REFUSED,
    REMEDIES,
    REMEDY,
    Complaint,
    Remedy,
)
from .finding import complaint_by_id
from .following import hold
from .history import add_event
from .people import barred

TABLE: Any = Remedy.__table__
LONGEST_TEXT = 2000
#: states in which what was agreed can still be changed or dropped
CHANGEABLE = (DRAFT, APPROVED, REFUSED)
#: states of a complaint in which nothing can be agreed yet
TOO_EARLY = OPEN_STATES[:1]


def remedies_of(complaint_id: int) -> list[Remedy]:
    """The remedies of a complaint that the user sees, in their order."""
    return list(db.session.scalars(visible(Remedy).where(Remedy.complaint_id == complaint_id).order_by(Remedy.id)))


def remedy_by_id(remedy_id: int) -> Remedy:
    """A remedy of a complaint that the user sees. Errors: ``NotFound``."""
    found: Remedy | None = db.session.scalars(visible(Remedy).where(Remedy.id == remedy_id)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such page."))
    return found


def may_remedy(complaint: Complaint) -> bool:
    """Whether the acting person may agree on remedies now: the handler of an open complaint not judged invalid."""
    mine = complaint.handler_id == acting_user().id and complaint.state in OPEN_STATES
    return mine and complaint.state not in TOO_EARLY and complaint.validity != INVALID and may_work_on(complaint)


def may_work_on(complaint: Complaint) -> bool:
    """Whether the acting person may work on what follows from a complaint: of the desk, and not barred from it."""
    return may_change(complaint, HANDLE) and acting_user().id not in barred(complaint)


def may_carry_out(complaint: Complaint) -> bool:
    """Whether the acting person may put on record that a remedy was carried out: also after the complaint is closed."""
    return complaint.state in (*OPEN_STATES, CLOSED) and may_work_on(complaint)


def add_remedy(complaint_id: int, kind: str, amount: int, agreed: str) -> Remedy:
    """Put on record what the customer is given. ``amount`` is minor units of the company's currency.

    Above the company's limit it waits for approval, else it counts at once. Errors: ``NotFound`` for who may not;
    ``Refused`` with the field.
    """
    with writing():
        complaint = _to_change(complaint_id)
        remedy = Remedy(complaint_id=complaint.id, kind=kind, amount=amount, currency=currency(),
                        agreed=_checked(kind, amount, agreed), state=DRAFT, made_at=clock.now(),
                        made_by_id=acting_user().id)  # fmt: skip
        db.session.add(remedy)
        db.session.flush()
        announce(Remedy, "create", [remedy.id])
        _decide(complaint, remedy)
        return remedy


def change_remedy(remedy_id: int, version: int, kind: str, amount: int, agreed: str) -> Remedy:
    """Agree on something else before it is carried out; what needs approval is put up anew. Errors: as above."""
    with writing():
        remedy = remedy_by_id(remedy_id)
        complaint = _to_change(remedy.complaint_id)
        agreed = _checked(kind, amount, agreed)
        claim_remedy(remedy, version, CHANGEABLE, kind=kind, amount=amount, currency=currency(), state=DRAFT,
                     made_at=clock.now(), made_by_id=acting_user().id, decided_at=None, decided_by_id=None)  # fmt: skip
        remedy.agreed = agreed
        db.session.flush()
        announce(Remedy, "update", [remedy.id])
        _decide(complaint, remedy)
        return remedy


def drop_remedy(remedy_id: int, version: int) -> Remedy:
    """Take a remedy back that was not carried out. Errors: as above."""
    with writing():
        remedy = remedy_by_id(remedy_id)
        complaint = complaint_by_id(remedy.complaint_id)
        if not may_carry_out(complaint):
            raise NotFound(_("There is no such page."))
        hold([complaint.id])
        claim_remedy(remedy, version, CHANGEABLE, state=DROPPED)
        put_on_record(complaint, remedy, "drop")
        return remedy


def carry_out(remedy_id: int, version: int, note: str = "") -> Remedy:
    """Put on record that a remedy was carried out, by whom and when. Errors: as above; ``Refused`` when it waits for
    approval or was refused."""
    with writing():
        remedy = remedy_by_id(remedy_id)
        complaint = complaint_by_id(remedy.complaint_id)
        if not may_carry_out(complaint):
            raise NotFound(_("There is no such page."))
        note = _text(note, "note")
        if remedy.state == IN_APPROVAL:
            raise Refused(_("It waits for approval: it is carried out after that."))
        claim_remedy(remedy, version, (APPROVED,), state=CARRIED_OUT, done_at=clock.now(), done_by_id=acting_user().id)
        remedy.done_note = note
        db.session.flush()
        put_on_record(complaint, remedy, "carry_out")
        return remedy


def limit() -> int:
    """Above this sum of one complaint compensation and discounts need approval: minor units of the currency."""
    return to_minor(str(setting("complaints", "compensation_limit")), currency())


def money_of(complaint_id: int, but: int = 0) -> int:
    """What the customer gets in money for a complaint, agreed, waiting or carried out: minor units of the currency.

    Several small sums are one large one: nobody stays below the limit by splitting.
    """
    counted = (IN_APPROVAL, *COSTS)
    mine = (TABLE.c.complaint_id == complaint_id) & TABLE.c.kind.in_(MONEY) & (TABLE.c.currency == currency())
    rows = select(func.coalesce(func.sum(TABLE.c.amount), 0)).where(mine, TABLE.c.state.in_(counted), TABLE.c.id != but)
    return int(db.session.scalar(rows) or 0)


def cost_of(complaint_id: int) -> dict[str, int]:
    """What a complaint costs: approved and carried-out remedies, by currency in minor units."""
    mine = (TABLE.c.complaint_id == complaint_id) & TABLE.c.state.in_(COSTS)
    rows = select(TABLE.c.currency, func.sum(TABLE.c.amount).label("cost")).where(mine).group_by(TABLE.c.currency)
    return {row.currency: int(row.cost) for row in db.session.execute(rows.order_by(TABLE.c.currency))}


def claim_remedy(remedy: Remedy, version: int, states: tuple[str, ...], **values: Any) -> None:
    """Change a remedy if it is as the acting person saw it. Errors: ``Conflict``."""
    seen = (TABLE.c.id == remedy.id) & (TABLE.c.version == version) & TABLE.c.state.in_(states)
    result: Any = db.session.execute(update(TABLE).where(seen).values(**values, version=version + 1))
    if result.rowcount != 1:
        raise Conflict(_("Somebody else has changed this remedy meanwhile. Look at it again, then decide."))
    db.session.refresh(remedy)


def put_on_record(complaint: Complaint, remedy: Remedy, what: str, by_id: int | None = None) -> None:
    """An event of the complaint (by the acting person, or ``by_id``), told to other apps and the audit log."""
    details: dict[str, Any] = {
        "remedy_id": remedy.id,
        "given": remedy.kind,
        "amount": remedy.amount,
        "currency": remedy.currency,
    }
    add_event(complaint, REMEDY, by_id=by_id, what=what, **details)
    announce(Remedy, "update", [remedy.id])
    audit_record(f"complaint.remedy_{what}", "complaint", complaint.id, number=complaint.number, remedy=remedy.id)


def _decide(complaint: Complaint, remedy: Remedy) -> None:
    """Whether it counts at once, or waits for approval: by what the complaint has cost in money, with this one."""
    from .remedy_approval import put_up

    total = money_of(complaint.id, but=remedy.id) + remedy.amount
    if remedy.kind in MONEY and remedy.amount and total > limit():
        claim_remedy(remedy, remedy.version, (DRAFT,), state=IN_APPROVAL)
        put_up(complaint, remedy, total)
        put_on_record(complaint, remedy, "ask")
    else:
        claim_remedy(remedy, remedy.version, (DRAFT,), state=APPROVED, decided_at=clock.now(),
                     decided_by_id=acting_user().id)  # fmt: skip
        put_on_record(complaint, remedy, "agree")


def _to_change(complaint_id: int) -> Complaint:
    complaint = complaint_by_id(complaint_id)
    hold([complaint.id])  # two sums at the same moment are added up, one after the other
    db.session.refresh(complaint)
    if not may_remedy(complaint):
        raise NotFound(_("There is no such page."))
    return complaint


def _checked(kind: str, amount: int, agreed: str) -> str:
    if kind not in REMEDIES:
        raise Refused(_("Choose what the customer is given."), field="kind")
    if not 0 <= amount <= LARGEST:
        raise Refused(_("Write an amount of 0 or more."), field="amount")
    if kind in MONEY and amount == 0:
        raise Refused(_("Write how much the customer gets."), field="amount")
    agreed = _text(agreed, "agreed")
    if not agreed:
        raise Refused(_("Write down what was agreed with the customer."), field="agreed")
    return agreed


def _text(text: str, field: str) -> str:
    text = (text or "").strip()
    if len(text) > LONGEST_TEXT:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_TEXT), field=field)
    return text
