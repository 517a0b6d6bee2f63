"""Alerts of customers, and the measures that people decide on (CRD-06)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update

from kezhi import Conflict, NotFound, Refused, acting_user, announce, audit_record, clock, db, visible
from kezhi.i18n import _

from ..models import MEASURES, SIGNS, Alert, Measure
from .ratings import seen_customer

LONGEST_REASON = 1000


def alerts_of(customer_id: int, *, ended: bool = False) -> list[Alert]:
    """The open alerts of a customer that the user sees, the gravest first; with ``ended`` those that are over too."""
    statement = visible(Alert).where(Alert.customer_id == customer_id)
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
    statement = visible(Measure).where(Measure.customer_id == customer_id)
    return list(db.session.scalars(statement.order_by(Measure.id.desc())))


def measure_in_force(customer_id: int) -> Measure | None:
    """The last measure about a customer as long as an alert it was decided for is open, if the user sees it."""
    running = select(func.max(Alert.measure_id)).where(Alert.customer_id == customer_id, Alert.ended_on.is_(None))
    found: Measure | None = db.session.scalars(
        visible(Measure).where(Measure.id == running.scalar_subquery())
    ).one_or_none()
    return found


def decide(customer_id: int, kind: str, reason: str) -> Measure:
    """Record a measure about the open alerts of a customer, in the open write transaction.

    The duty to decide is done with it. Who decides again makes another measure; the former ones stay. Errors:
    ``NotFound`` for a customer that the user does not see; ``Refused`` naming the field; ``Conflict`` when no alert is
    open any more.
    """
    customer = seen_customer(customer_id)
    reason = reason.strip()
    if kind not in MEASURES:
        raise Refused(_("Choose one of the measures."), field="kind")
    if not reason:
        raise Refused(_("Say what was agreed, or why nothing is needed."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_REASON), field="reason")
    made = Measure(customer_id=customer.id, kind=kind, reason=reason, created_at=clock.now(),
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


def _done(slots: list[str]) -> None:
    """Whose duty it was need not wait for the job that closes what is not due any more."""
    from kezhi.builtin.tasks.services import drop_tasks
    from kezhi.builtin.tasks.services.notices import is_there

    from ..duties import MEASURE

    if slots and is_there():
        drop_tasks(MEASURE, slots)
