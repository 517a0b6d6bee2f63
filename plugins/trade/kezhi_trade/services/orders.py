"""Entering, changing and cancelling one order. Every one starts from the customers that the user sees (TRD-01)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.exc import IntegrityError

from kezhi import (
    Conflict,
    NotFound,
    Refused,
    announce,
    audit_record,
    bulk_write,
    clock,
    currency,
    db,
    setting,
    visible,
)
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import check_writable
from kezhi.i18n import _
from kezhi.money import LARGEST, known_currency

from ..models import CANCELLED, DONE, OPEN, STATUSES, Order
from .rates import in_company_currency
from .summary import refresh_customers

orders: Any = Order.__table__

#: What a person or a file may give; everything else is worked out.
FIELDS = (
    "customer_id", "number", "order_date", "product_group", "amount", "tax_rate", "currency", "cost", "profit",
    "promised_date", "shipped_date", "status", "source", "external_id",
)  # fmt: skip


def default_tax_rate() -> int:
    """The tax rate of an order that names none, in parts per million (setting ``trade.tax_percent``)."""
    return int(setting("trade", "tax_percent") * 10_000)


def find_order(order_id: int) -> Order:
    """The order, if the user sees its customer. Errors: ``NotFound``."""
    found: Order | None = db.session.execute(visible(Order).where(Order.id == order_id)).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is no such order."))
    return found


def order_by_number(number: str) -> Order:
    """The order with this number, if the user sees its customer. Errors: ``NotFound``."""
    found: Order | None = db.session.execute(visible(Order).where(Order.number == number)).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is no order “%(number)s”.", number=number))
    return found


def create_order(values: Mapping[str, Any]) -> Order:
    """Enter an order. Needs ``customer_id``, ``number``, ``order_date`` and ``amount`` (minor units, without tax).

    Errors: ``NotFound`` for a customer the user does not see; ``Refused`` with the field for anything else.
    """
    complete = _checked({"source": "page", **values}, None)
    order = Order(**complete, created_at=clock.now(), updated_at=clock.now(), version=1)
    try:
        with db.session.begin_nested():
            db.session.add(order)
    except IntegrityError:
        raise _taken(complete) from None
    announce(Order, "create", [order.id])
    audit_record("order.create", "trade_order", order.id)
    return order


def update_order(order_id: int, version: int, values: Mapping[str, Any]) -> Order:
    """Change an order as it was read in ``version``.

    Errors: ``Conflict`` when somebody was faster; ``NotFound``; ``Refused`` for a cancelled order or a wrong value.
    """
    order = find_order(order_id)
    if order.version != version:
        raise _conflict()
    if order.status == CANCELLED:
        raise Refused(_("Order %(number)s is cancelled and stays as it is.", number=order.number))
    complete, customer_before = _checked(values, order), order.customer_id
    changed = sorted(name for name, value in complete.items() if getattr(order, name) != value)
    if not changed:
        return order
    check_writable([customer_before])  # what is looked at is not taken away to another customer either
    try:
        with db.session.begin_nested():
            _write(order, version, {name: complete[name] for name in changed})
    except IntegrityError:
        raise _taken(complete) from None
    if complete["customer_id"] != customer_before:
        refresh_customers([customer_before])
    announce(Order, "update", [order.id])
    audit_record("order.update", "trade_order", order.id, fields=changed)
    return order


def cancel_order(order_id: int, version: int) -> Order:
    """Cancel an order: it stays on record and counts nowhere. Errors as :func:`update_order`."""
    order = find_order(order_id)
    if order.status == CANCELLED:
        raise Refused(_("Order %(number)s is cancelled already.", number=order.number))
    _write(order, version, {"status": CANCELLED})
    announce(Order, "update", [order.id])
    audit_record("order.cancel", "trade_order", order.id)
    return order


def count_open(ids: Select[Any]) -> int:
    """How many of these orders are open."""
    mine = (orders.c.id.in_(ids), orders.c.status == OPEN)
    return db.session.scalar(select(func.count()).select_from(orders).where(*mine)) or 0


def finish_orders(ids: Select[Any]) -> int:
    """Mark the open ones of these orders as done; how many there were. ``ids`` holds only what the person sees."""
    now = clock.now()  # tells the changed rows from all others once their status has changed
    changed = {"status": DONE, "version": orders.c.version + 1, "updated_at": now}
    return bulk_write(
        update(orders).where(orders.c.id.in_(ids), orders.c.status == OPEN).values(changed),
        model=Order,
        change="update",
        keys=select(orders.c.id).where(orders.c.updated_at == now, orders.c.status == DONE),
        action="order.finish",
    )


def _write(order: Order, version: int, values: Mapping[str, Any]) -> None:
    """Write into exactly the version that was read."""
    statement = (
        update(Order)
        .where(Order.id == order.id, Order.version == version)
        .values(**values, version=version + 1, updated_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    result: Any = db.session.execute(statement)
    if result.rowcount != 1:
        raise _conflict()
    db.session.refresh(order)


def _checked(values: Mapping[str, Any], order: Order | None) -> dict[str, Any]:
    """All columns of an order from what is given, what is stored and what follows from both."""
    stored = {name: getattr(order, name) for name in FIELDS} if order is not None else {}
    given = {name: values[name] for name in FIELDS if name in values}
    complete: dict[str, Any] = {**dict.fromkeys(FIELDS), **stored, **given}
    complete["currency"] = (complete["currency"] or currency()).upper()
    complete["product_group"] = complete["product_group"] or ""
    complete["status"] = complete["status"] or OPEN
    if complete["tax_rate"] is None:
        complete["tax_rate"] = default_tax_rate()
    _check_values(complete)
    _check_customer(complete["customer_id"])
    _check_number(complete, order)
    complete["profit"] = _profit(complete, values, stored)
    day, code = complete["order_date"], complete["currency"]
    complete["base_amount"] = in_company_currency(complete["amount"], code, day)
    profit = complete["profit"]
    complete["base_profit"] = None if profit is None else in_company_currency(profit, code, day)
    return complete


def _check_values(complete: Mapping[str, Any]) -> None:
    if not complete["number"]:
        raise Refused(_("An order needs a number."), field="number")
    if complete["order_date"] is None:
        raise Refused(_("An order needs a date."), field="order_date")
    if complete["amount"] is None or not 0 <= complete["amount"] <= LARGEST:
        raise Refused(_("An order needs an amount of 0 or more."), field="amount")
    if not 0 <= complete["tax_rate"] <= 1_000_000:
        raise Refused(_("A tax rate lies between 0 and 100 percent."), field="tax_rate")
    if not known_currency(complete["currency"]):
        raise Refused(_("There is no currency “%(currency)s”.", currency=complete["currency"]), field="currency")
    if complete["status"] not in STATUSES:
        raise Refused(_("There is no order status “%(status)s”.", status=complete["status"]), field="status")


def _check_customer(customer_id: Any) -> None:
    ids = visible(Customer).where(Customer.id == customer_id).with_only_columns(Customer.id)
    if customer_id is None or db.session.execute(ids).scalar_one_or_none() is None:
        raise NotFound(_("There is no such customer."), field="customer")


def _check_number(complete: Mapping[str, Any], order: Order | None) -> None:
    """Numbers are unique in the whole company, also among orders the user does not see."""
    table = Order.__table__
    same = select(table.c.id).where(table.c.number == complete["number"])
    found = db.session.execute(same).scalar_one_or_none()
    if found is not None and (order is None or found != order.id):
        raise _taken(complete)


def _profit(complete: Mapping[str, Any], given: Mapping[str, Any], stored: Mapping[str, Any]) -> int | None:
    """The profit given; without one, amount less cost; a profit that was entered by itself stays."""
    if given.get("profit") is not None:
        return int(given["profit"])
    kept: int | None = stored.get("profit")
    if kept is not None and "profit" not in given and not is_derived(stored):
        return kept
    cost = complete["cost"]
    return None if cost is None else int(complete["amount"]) - int(cost)


def is_derived(stored: Mapping[str, Any]) -> bool:
    """Whether a stored profit is nothing but amount less cost."""
    if stored.get("profit") is None:
        return True
    return stored["cost"] is not None and stored["profit"] == stored["amount"] - stored["cost"]


def _taken(complete: Mapping[str, Any]) -> Refused:
    return Refused(_("The order number “%(number)s” is taken.", number=complete["number"]), field="number")


def _conflict() -> Conflict:
    return Conflict(_("Somebody else changed this order after you opened it. Look at it again before you save."))
