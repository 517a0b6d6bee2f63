"""Credit investigations: asked for, done by the investigator, valid by their dates (CRD-02)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, delete, exists, func, select, true

from kezhi import (
    Conflict,
    NotFound,
    Refused,
    User,
    acting_user,
    announce,
    audit_record,
    clock,
    db,
    setting,
    visible,
    visible_ids,
)
from kezhi.builtin.accounts.services import load_users
from kezhi.builtin.customers.models import Customer
from kezhi.i18n import _
from kezhi.numbers import next_numbers

from ..models import CANCELLED, DONE, JUDGED_POINTS, OPEN, Finding, Investigation
from .ratings import months_later, seen_customer
from .sources import all_sources
from .standing import CUSTOMERS

# Tables, not classes: what holds of a customer does not depend on who looks.
INVESTIGATIONS: Any = Investigation.__table__
FINDINGS: Any = Finding.__table__
LONGEST_TEXT = 2000
INVESTIGATE, RATE = "credit.investigate", "credit.rate"


@dataclass(frozen=True, slots=True)
class Said:
    """What one source says: a judgement (one of ``JUDGED_POINTS``, or empty) and words."""

    judgement: str
    text: str


def latest_on(day: Any) -> Select[Any]:
    """The newest investigation of every customer that was done by a day, whether it still holds or not."""
    c = INVESTIGATIONS.c
    order = func.row_number().over(partition_by=c.customer_id, order_by=(c.investigated_on.desc(), c.id.desc()))
    done = (c.state == DONE, c.investigated_on <= day)
    ranked = select(INVESTIGATIONS, order.label("place")).where(*done).subquery()
    return select(*(ranked.c[column.name] for column in c)).where(ranked.c.place == 1)


def valid_on(day: Any) -> Select[Any]:
    """The investigation of every customer that holds on a day: the newest one, unless it has expired."""
    latest = latest_on(day).subquery()
    return select(latest).where(latest.c.valid_until >= day)


def valid_investigation(customer_id: int, day: date | None = None) -> Investigation | None:
    """The investigation of a customer that holds on a day, today unless said otherwise, if the user sees it."""
    newest = latest_investigation(customer_id, day)
    return newest if newest is not None and is_valid(newest, day) else None


def latest_investigation(customer_id: int, day: date | None = None) -> Investigation | None:
    """The newest investigation of a customer that is done, if the user sees it."""
    statement = visible(Investigation).where(
        Investigation.customer_id == customer_id, Investigation.state == DONE,
        Investigation.investigated_on <= (day or clock.today()),
    )  # fmt: skip
    ordered = statement.order_by(Investigation.investigated_on.desc(), Investigation.id.desc())
    found: Investigation | None = db.session.scalars(ordered.limit(1)).one_or_none()
    return found


def is_valid(investigation: Investigation, day: date | None = None) -> bool:
    """Whether an investigation is done and has not expired by a day."""
    day = day or clock.today()
    first, last = investigation.investigated_on, investigation.valid_until
    return investigation.state == DONE and first is not None and last is not None and first <= day <= last


def investigators(customer_id: int) -> list[User]:
    """Who may investigate and sees the customer, by name: two statements."""
    people = [each for each in load_users(true()) if each.can(INVESTIGATE) and each.id is not None]
    if not people:
        return []
    conditions = []
    for each in people:
        ids = visible_ids(Customer, each)
        mine = exists().where(CUSTOMERS.c.id == customer_id)
        conditions.append(
            mine if ids is None else exists().where(CUSTOMERS.c.id == customer_id, CUSTOMERS.c.id.in_(ids))
        )
    row = db.session.execute(select(*conditions), execution_options={"kezhi_unscoped": True}).one()
    return [each for each, sees in zip(people, row, strict=True) if sees]


def ask_investigation(customer_id: int, investigator_id: int, due_on: date, occasion: str) -> Investigation:
    """Ask somebody to investigate a customer by a day, in the open write transaction.

    Errors: ``NotFound`` for a customer the user does not see; ``Conflict`` while one is under way; ``Refused`` naming
    the field.
    """
    customer = seen_customer(customer_id)
    occasion = occasion.strip()
    if not occasion:
        raise Refused(_("Say why the customer is investigated."), field="occasion")
    if len(occasion) > LONGEST_TEXT:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_TEXT), field="occasion")
    if due_on < clock.today():
        raise Refused(_("The investigation is due today or later."), field="due_on")
    if investigator_id not in {each.id for each in investigators(customer.id)}:
        raise Refused(_("Choose somebody who investigates and sees this customer."), field="investigator_id")
    number = next_numbers("credit.investigation")[0]  # locked to the end: requests come one after the other
    c = INVESTIGATIONS.c
    running = select(c.number).where(c.customer_id == customer.id, c.state == OPEN).limit(1)
    if (other := db.session.scalar(running)) is not None:
        raise Conflict(_("The investigation %(number)s of this customer is under way.", number=other))
    made = Investigation(
        number=f"XD-{number:06d}", customer_id=customer.id, investigator_id=investigator_id, due_on=due_on,
        occasion=occasion, state=OPEN, conclusion="", asked_at=clock.now(), asked_by=acting_user().login, closed_by="",
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    announce(Investigation, "create", [made.id])
    audit_record("credit.investigation.ask", "credit_investigation", made.id, customer=customer.id,
                 investigator=investigator_id)  # fmt: skip
    return made


def record(
    investigation_id: int,
    said: Mapping[str, Said],
    investigated_on: date | None,
    valid_until: date | None,
    conclusion: str,
    *,
    done: bool,
) -> Investigation:
    """Keep what was found so far; with ``done`` the investigation is over and never changes again.

    ``valid_until`` is left to the company's usual time unless given. Errors: ``NotFound``; ``Conflict`` once it is
    over; ``Refused`` naming the field (``text_KEY`` and ``judgement_KEY`` for a source).
    """
    investigation = _open_one(investigation_id)
    given = _checked(investigation, said)
    conclusion, today = conclusion.strip(), clock.today()
    if len(conclusion) > LONGEST_TEXT:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_TEXT), field="conclusion")
    if investigated_on is not None and investigated_on > today:
        raise Refused(_("The day of the investigation is today or before."), field="investigated_on")
    if done:
        if investigated_on is None:
            raise Refused(_("Write on which day it was investigated."), field="investigated_on")
        if not conclusion:
            raise Refused(_("Write what follows from the findings."), field="conclusion")
        if not given:
            raise Refused(_("Write what at least one source says."))
        valid_until = valid_until or months_later(investigated_on, int(setting("credit", "investigation_months")))
    if valid_until is not None and investigated_on is not None and valid_until < investigated_on:
        raise Refused(_("It holds from the day of the investigation, or longer."), field="valid_until")
    db.session.execute(delete(FINDINGS).where(FINDINGS.c.investigation_id == investigation.id))
    for key, each in given.items():
        db.session.add(Finding(customer_id=investigation.customer_id, investigation_id=investigation.id,
                               source_key=key, judgement=each.judgement, text=each.text))  # fmt: skip
    investigation.investigated_on, investigation.valid_until = investigated_on, valid_until
    investigation.conclusion = conclusion
    if done:
        investigation.state, investigation.closed_at = DONE, clock.now()
        investigation.closed_by = acting_user().login
    db.session.flush()
    announce(Investigation, "update", [investigation.id])
    audit_record("credit.investigation.done" if done else "credit.investigation.record", "credit_investigation",
                 investigation.id, findings=len(given))  # fmt: skip
    if done:
        _settled(investigation.id)
    return investigation


def cancel_investigation(investigation_id: int) -> Investigation:
    """End an investigation that is not needed any more. Errors: ``NotFound``; ``Conflict`` once it is over."""
    investigation = _open_one(investigation_id)
    investigation.state, investigation.closed_at = CANCELLED, clock.now()
    investigation.closed_by = acting_user().login
    db.session.flush()
    announce(Investigation, "update", [investigation.id])
    audit_record("credit.investigation.cancel", "credit_investigation", investigation.id)
    _settled(investigation.id)
    return investigation


def investigation_by_id(investigation_id: int) -> Investigation:
    """An investigation of a customer that the user sees. Errors: ``NotFound``."""
    statement = visible(Investigation).where(Investigation.id == investigation_id)
    found: Investigation | None = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound(_("There is no such investigation."))
    return found


def investigations_of(customer_id: int) -> list[Investigation]:
    """Every investigation of a customer that the user sees, the newest first."""
    statement = visible(Investigation).where(Investigation.customer_id == customer_id)
    return list(db.session.scalars(statement.order_by(Investigation.id.desc())))


def findings_of(investigation_id: int) -> list[Finding]:
    """What the sources say, in the order of the company's list, if the user sees the customer."""
    order = {each["key"]: place for place, each in enumerate(all_sources())}
    found = db.session.scalars(visible(Finding).where(Finding.investigation_id == investigation_id)).all()
    return sorted(found, key=lambda each: order.get(each.source_key, len(order)))


def may_record(investigation: Investigation) -> bool:
    """Whether the acting user may write findings: the investigator, or who rates customers."""
    user = acting_user()
    return investigation.state == OPEN and (user.id == investigation.investigator_id or user.can(RATE))


def _open_one(investigation_id: int) -> Investigation:
    """The investigation, locked, as long as it is under way and the acting user may write into it."""
    statement = visible(Investigation).where(Investigation.id == investigation_id).with_for_update(of=Investigation)
    options = {"populate_existing": True}
    found: Investigation | None = db.session.scalars(statement, execution_options=options).one_or_none()
    if found is None:
        raise NotFound(_("There is no such investigation."))
    if found.state != OPEN:
        raise Conflict(_("The investigation %(number)s is over: it does not change any more.", number=found.number))
    if not may_record(found):
        raise NotFound(_("There is no such investigation."))
    return found


def _checked(investigation: Investigation, said: Mapping[str, Said]) -> dict[str, Said]:
    """The findings that say something. Errors: ``Refused`` for words without a judgement, or the other way round."""
    known, given = {each["key"] for each in all_sources()}, {}
    for key, each in said.items():
        text = each.text.strip()
        if key not in known or not (text or each.judgement):
            continue
        if each.judgement not in JUDGED_POINTS:
            raise Refused(_("Say whether this speaks for or against the customer."), field=f"judgement_{key}")
        if not text:
            raise Refused(_("Write what this source says."), field=f"text_{key}")
        if len(text) > LONGEST_TEXT:
            raise Refused(_("At most %(count)s characters.", count=LONGEST_TEXT), field=f"text_{key}")
        given[key] = Said(each.judgement, text)
    return given


def _settled(investigation_id: int) -> None:
    """Whose duty it was need not wait for the job that closes what is not due any more."""
    from kezhi.builtin.tasks.services import drop_tasks
    from kezhi.builtin.tasks.services.notices import is_there

    from ..duties import INVESTIGATION

    if is_there():
        drop_tasks(INVESTIGATION, [str(investigation_id)])
