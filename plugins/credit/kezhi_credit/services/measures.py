"""Alerts of customers, and the measures that people decide on (CRD-06)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update

from kezhi import Conflict, NotFound, Refused, acting_user, announce, audit_record, clock, db, visible
from kezhi.builtin.customers.services import rows_of
from kezhi.i18n import _

from ..models import MEASURES, SECURITY, SHORTER, SIGNS, Alert, Measure
from .position import position_of
from .ratings import seen_customer

LONGEST_REASON = 1000


def alerts_of(customer_id: int, *, ended: bool = False) -> list[Alert]:
    """The open alerts of a customer that the user sees, the gravest first; with ``ended`` those that are over too."""
    statement = rows_of(Alert.customer_id, customer_id)
    if not ended:
        statement = statement.where(Alert.ended_on.is_(None))
    found = list(db.session.scalars(statement.order_by(Alert.since.desc(), Alert.id.desc())))
    return sorted(found, key=lambda each: (each.ended_on is not None, SIGNS.index(each.sign)))


def alert_by_id(alert_id: int) -> Alert:
    """An alert that the user sees. Errors: ``NotFound``."""
    found: Alert | None = db.session.scalars(visible(Alert).where(Alert.id == alert_id)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such alert."))
    return found


def measures_of(customer_id: int) -> list[Measure]:
    """Every measure about a customer that the user sees, the newest first."""
    statement = rows_of(Measure.customer_id, customer_id)
    return list(db.session.scalars(statement.order_by(Measure.id.desc())))


def measure_in_force(customer_id: int) -> Measure | None:
    """The last measure about a customer as long as an alert it was decided for is open, if the user sees it."""
    running = select(func.max(Alert.measure_id)).where(Alert.customer_id == customer_id, Alert.ended_on.is_(None))
    found: Measure | None = db.session.scalars(
        visible(Measure).where(Measure.id == running.scalar_subquery())
    ).one_or_none()
    return found


def decide(customer_id: int, kind: str, reason: str, days: int | None = None) -> Measure:
    """Record a measure about the open alerts of a customer, in the open write transaction. It acts from now on.

    ``days`` is the payment term in place of that of the class, for a shorter one. The duty to decide is done with it.
    Who decides again makes another measure; the former ones stay. Errors: ``NotFound`` for a customer that the user
    does not see; ``Refused`` naming the field; ``Conflict`` when no alert is open any more.
    """
    customer = seen_customer(customer_id)
    reason = _written(reason, _("Say what was agreed, or why nothing is needed."))
    if kind not in MEASURES:
        raise Refused(_("Choose one of the measures."), field="kind")
    days = _shorter(customer.id, days) if kind == SHORTER else None
    made = Measure(customer_id=customer.id, kind=kind, days=days, reason=reason, created_at=clock.now(),
                   created_by=acting_user().login)  # fmt: skip
    db.session.add(made)
    db.session.flush()
    table: Any = Alert.__table__
    c = table.c
    waiting = (c.customer_id == customer.id) & c.ended_on.is_(None)
    slots = [str(each) for each in db.session.scalars(select(c.id).where(waiting, c.measure_id.is_(None)))]
    answered: Any = db.session.execute(update(table).where(waiting).values(measure_id=made.id).returning(c.id))
    ids = [row.id for row in answered]
    if not ids:
        raise Conflict(_("No sign of risk is open at this customer any more: nothing has to be decided."))
    db.session.expire_all()
    announce(Measure, "create", [made.id])
    announce(Alert, "update", ids)
    audit_record("credit.measure", "customer", customer.id, measure=made.id, kind=kind)
    _done(slots)
    return made


def record_security(measure_id: int, text: str) -> Measure:
    """Note that the security that a measure requires was given: from now on the check asks for it no more.

    Errors: ``NotFound``; ``Refused`` naming the field; ``Conflict`` when it was recorded already, or is asked for no
    more.
    """
    found = measure_by_id(measure_id)
    text = _written(text, _("Say what was given, and where it is kept."), "security")
    now = measure_in_force(found.customer_id)
    values = {"secured_at": clock.now(), "secured_by": acting_user().login, "security": text}
    waiting = (Measure.id == measure_id, Measure.kind == SECURITY, Measure.secured_at.is_(None))
    statement = update(Measure).where(*waiting).values(**values)
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    if result.rowcount != 1 or now is None or now.id != measure_id:
        raise Conflict(_("This security is recorded already, or asked for no more."))
    db.session.refresh(found)
    announce(Measure, "update", [measure_id])
    audit_record("credit.measure.secure", "customer", found.customer_id, measure=measure_id)
    return found


def measure_by_id(measure_id: int) -> Measure:
    """A measure that the user sees. Errors: ``NotFound``."""
    found: Measure | None = db.session.scalars(visible(Measure).where(Measure.id == measure_id)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such measure."))
    return found


def _written(text: str, missing: str, field: str = "reason") -> str:
    text = text.strip()
    if not text:
        raise Refused(missing, field=field)
    if len(text) > LONGEST_REASON:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_REASON), field=field)
    return text


def _shorter(customer_id: int, days: int | None) -> int:
    """The days of a shorter term. Errors: ``Refused`` for none, and for one that is not shorter."""
    term = position_of(customer_id)["days"] or 0
    if days is None or not 0 <= days < term:
        raise Refused(_("Write fewer days than the %(days)s of the class; 0 for at once.", days=term), field="days")
    return days


def _done(slots: list[str]) -> None:
    """Whose duty it was need not wait for the job that closes what is not due any more."""
    from kezhi.builtin.tasks.services import drop_tasks
    from kezhi.builtin.tasks.services.notices import is_there

    from ..duties import MEASURE

    if slots and is_there():
        drop_tasks(MEASURE, slots)
