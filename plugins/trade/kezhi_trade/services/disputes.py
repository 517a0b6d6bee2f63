"""Entering disputes, changing them, and saying how they came out (TRD-09)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, NotFound, Refused, announce, audit_record, clock, db, visible
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import check_writable
from kezhi.i18n import _
from kezhi.numbers import next_numbers
from kezhi.permissions import acting_user

from ..models import DISPUTE_STATES, GRAVITIES, ORDINARY, UNSETTLED, Dispute

#: What a person may give.
FIELDS = ("customer_id", "number", "happened_on", "subject", "gravity", "state", "outcome")
LONGEST_NUMBER, LONGEST_SUBJECT, LONGEST_OUTCOME = 80, 200, 4000


def find_dispute(dispute_id: int) -> Dispute:
    """The dispute, if the user sees its customer. Errors: ``NotFound``."""
    found: Dispute | None = db.session.execute(visible(Dispute).where(Dispute.id == dispute_id)).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is no such dispute."))
    return found


def create_dispute(values: Mapping[str, Any], complaint: str | None = None) -> Dispute:
    """Enter a dispute. Needs ``customer_id``, ``happened_on`` and ``subject``; without a number it gets the next one.

    ``complaint`` is the number of the complaint that it comes from, which becomes one dispute at most. Errors:
    ``NotFound`` for a customer the user does not see; ``Refused`` with the field for anything else.
    """
    complete = _checked(values, None)
    if complaint is not None and number_of_complaint(complaint) is not None:
        raise _entered(complaint)
    complete["number"] = complete["number"] or _next_number(complete["happened_on"].year)
    dispute = Dispute(**complete, created_at=clock.now(), created_by=acting_user().login, updated_at=clock.now(),
                      version=1, complaint=complaint)  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(dispute)
    except IntegrityError:
        if complaint is not None and number_of_complaint(complaint) is not None:  # somebody was faster
            raise _entered(complaint) from None
        raise _taken(complete["number"]) from None
    announce(Dispute, "create", [dispute.id])
    audit_record("dispute.create", "trade_dispute", dispute.id, gravity=dispute.gravity)
    return dispute


def update_dispute(dispute_id: int, version: int, values: Mapping[str, Any]) -> Dispute:
    """Change a dispute as it was read in ``version``. An empty number leaves the one it has.

    Errors: ``Conflict`` when somebody was faster; ``NotFound``; ``Refused`` for a wrong value.
    """
    dispute = find_dispute(dispute_id)
    if dispute.version != version:
        raise _conflict()
    complete = _checked(values, dispute)
    complete["number"] = complete["number"] or dispute.number
    changed = sorted(name for name, value in complete.items() if getattr(dispute, name) != value)
    if not changed:
        return dispute
    check_writable([dispute.customer_id])  # what is looked at is not taken away to another customer either
    statement = (
        update(Dispute)
        .where(Dispute.id == dispute.id, Dispute.version == version)
        .values(**{name: complete[name] for name in changed}, version=version + 1, updated_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    try:
        with db.session.begin_nested():
            result: Any = db.session.execute(statement)
    except IntegrityError:
        raise _taken(complete["number"]) from None
    if result.rowcount != 1:
        raise _conflict()
    db.session.refresh(dispute)
    announce(Dispute, "update", [dispute.id])
    audit_record("dispute.update", "trade_dispute", dispute.id, fields=changed)
    return dispute


def _checked(values: Mapping[str, Any], dispute: Dispute | None) -> dict[str, Any]:
    """All columns of a dispute from what is given and what is stored."""
    stored = {name: getattr(dispute, name) for name in FIELDS} if dispute is not None else {}
    given = {name: values[name] for name in FIELDS if name in values}
    complete: dict[str, Any] = {**dict.fromkeys(FIELDS), **stored, **given}
    for name, empty in (("gravity", ORDINARY), ("state", UNSETTLED), ("subject", ""), ("outcome", ""), ("number", "")):
        complete[name] = complete[name] or empty
    _check_values(complete)
    ids = visible(Customer).where(Customer.id == complete["customer_id"]).with_only_columns(Customer.id)
    if complete["customer_id"] is None or db.session.execute(ids).scalar_one_or_none() is None:
        raise NotFound(_("There is no such customer."), field="customer")
    number = complete["number"]
    if number:  # numbers are unique in the whole company, also among disputes the user does not see
        table = Dispute.__table__
        found = db.session.execute(select(table.c.id).where(table.c.number == number)).scalar_one_or_none()
        if found is not None and (dispute is None or found != dispute.id):
            raise _taken(number)
    return complete


def _check_values(complete: Mapping[str, Any]) -> None:
    if complete["happened_on"] is None:
        raise Refused(_("A dispute needs a date."), field="happened_on")
    if complete["happened_on"] > clock.today():
        raise Refused(_("A dispute cannot be of a day to come."), field="happened_on")
    if not complete["subject"]:
        raise Refused(_("Say what the dispute is about."), field="subject")
    longest = {"number": LONGEST_NUMBER, "subject": LONGEST_SUBJECT, "outcome": LONGEST_OUTCOME}
    for name, count in longest.items():
        if len(complete[name]) > count:
            raise Refused(_("At most %(count)s characters.", count=count), field=name)
    for name, values in (("gravity", GRAVITIES), ("state", DISPUTE_STATES)):
        if complete[name] not in values:
            raise Refused(_("Choose one of the list."), field=name)
    if complete["state"] != UNSETTLED and not complete["outcome"]:
        raise Refused(_("Write down how the dispute came out before you settle or close it."), field="outcome")


def _next_number(year: int) -> str:
    """``JF-2026-0001`` and on; numbers that somebody gave by hand are passed over."""
    table = Dispute.__table__
    while True:
        number = f"JF-{year}-{next_numbers(f'trade.dispute.{year}')[0]:04}"
        if db.session.execute(select(table.c.id).where(table.c.number == number)).first() is None:
            return number


def number_of_complaint(complaint: str) -> str | None:
    """The number of the dispute that a complaint became, whoever sees it."""
    table = Dispute.__table__
    found: str | None = db.session.scalar(select(table.c.number).where(table.c.complaint == complaint))
    return found


def _entered(complaint: str) -> Refused:
    return Refused(_("Complaint %(number)s is in the register of disputes already.", number=complaint))


def _taken(number: str) -> Refused:
    return Refused(_("The number “%(number)s” is taken.", number=number), field="number")


def _conflict() -> Conflict:
    return Conflict(_("Somebody else changed this dispute after you opened it. Look at it again before you save."))
