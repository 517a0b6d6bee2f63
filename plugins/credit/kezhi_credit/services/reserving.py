"""Credit kept for orders: taken one after the other, gone with the order, a cancel, or its time (CRD-05)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from kezhi import Conflict, NotFound, UtcDateTime, acting_user, announce, audit_record, clock, db, visible
from kezhi.figures import sql_total
from kezhi.i18n import _

from ..models import Account, Reservation

RESERVATIONS: Any = Reservation.__table__
ACCOUNTS: Any = Account.__table__
HOURS = 24  #: for which credit is kept


def counting(now: Any) -> ColumnElement[bool]:
    """Whether a reservation counts at an instant (or parameter): not ended, not over, its order not counted itself."""
    c = RESERVATIONS.c
    running = and_(c.ended_at.is_(None), c.expires_at > now)
    known = current_app.extensions["kezhi"].call.credit_orders()
    if known is None:
        return running
    orders = known.subquery("credit_orders")
    arrived = exists().where(orders.c.customer_id == c.customer_id, orders.c.number == c.order_number)
    return and_(running, or_(c.order_number == "", ~arrived.correlate(RESERVATIONS)))


def reserved(now: Any, population: Select[Any] | None = None) -> Select[Any]:
    """What is kept per customer, and until when the first part of it: ``customer_id, amount, until``.

    There is no row for who has no reservation. ``population`` is a select of customer ids, None for all.
    """
    c = RESERVATIONS.c
    total, until = sql_total(c.amount).label("amount"), func.min(c.expires_at, type_=UtcDateTime()).label("until")
    of_them = true() if population is None else c.customer_id.in_(population)
    return select(c.customer_id, total, until).where(counting(now), of_them).group_by(c.customer_id)


def hold(customer_id: int) -> None:
    """Until the end of the open write transaction nobody else reserves credit of this customer."""
    dialect: Any = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    db.session.execute(dialect.insert(ACCOUNTS).values(customer_id=customer_id).on_conflict_do_nothing())
    mine = select(ACCOUNTS.c.customer_id).where(ACCOUNTS.c.customer_id == customer_id)
    db.session.execute(mine.with_for_update())


def reservation_for(customer_id: int, order: str) -> Any:
    """The reservation that counts for an order of a customer, as a row; None without one, and without an order."""
    if not order:
        return None
    c = RESERVATIONS.c
    mine = select(RESERVATIONS).where(c.customer_id == customer_id, c.order_number == order, counting(clock.now()))
    return db.session.execute(mine.order_by(c.id.desc()).limit(1)).first()


def reserve(customer_id: int, amount: int, order: str, release_id: int | None) -> int:
    """Keep credit for an order, in place of what was kept for it. The caller holds the account. Returns the id."""
    now = clock.now()
    end_for(customer_id, order)
    made = Reservation(
        customer_id=customer_id, order_number=order, amount=amount, release_id=release_id, created_at=now,
        created_by=acting_user().login, expires_at=now + timedelta(hours=HOURS), ended_at=None,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    announce(Reservation, "create", [made.id])
    audit_record("credit.reserve", "credit_reservation", made.id, release=release_id)
    return made.id


def end_for(customer_id: int, order: str) -> int:
    """Nothing is kept for an order any more; how many reservations ended. Reservations without an order stay."""
    if not order:
        return 0
    c = RESERVATIONS.c
    mine = (c.customer_id == customer_id, c.order_number == order, c.ended_at.is_(None))
    ended = update(RESERVATIONS).where(*mine).values(ended_at=clock.now()).returning(c.id)
    ids = [row.id for row in db.session.execute(ended)]
    if ids:
        announce(Reservation, "update", ids)
    return len(ids)


def cancel(reservation_id: int) -> Reservation:
    """Give a reservation up. Errors: ``NotFound``; ``Conflict`` when it does not count any more."""
    found: Reservation | None = db.session.execute(
        visible(Reservation).where(Reservation.id == reservation_id)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is no such reservation."))
    statement = (
        update(Reservation)
        .where(Reservation.id == reservation_id, Reservation.ended_at.is_(None), Reservation.expires_at > clock.now())
        .values(ended_at=clock.now())
    )
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    if result.rowcount != 1:
        raise Conflict(_("This reservation has ended already."))
    db.session.refresh(found)
    announce(Reservation, "update", [reservation_id])
    audit_record("credit.reserve.cancel", "credit_reservation", reservation_id)
    return found


def running_of(customer_id: int) -> list[Reservation]:
    """The reservations of a customer that count now, if the user sees it; the first to end first."""
    statement = visible(Reservation).where(Reservation.customer_id == customer_id, counting(clock.now()))
    return list(db.session.scalars(statement.order_by(Reservation.expires_at, Reservation.id)))
