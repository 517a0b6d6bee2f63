"""Entering, changing and voiding shipments, invoices and receipts of customers that the user sees (TRD-01)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, NotFound, Refused, announce, audit_record, bulk_write, clock, currency, db, setting, visible
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import check_writable
from kezhi.i18n import _
from kezhi.money import LARGEST, known_currency

from ..models import PAYMENT, RECEIPT_KINDS, VALID, VOID, Invoice, Order
from .rates import in_company_currency
from .sorts import INVOICE, RECEIPT, SHIPMENT, Sort

LONGEST_NUMBER = 80


def find_voucher(sort: Sort, voucher_id: int) -> Any:
    """The voucher, if the user sees its customer. Errors: ``NotFound``."""
    found = db.session.execute(visible(sort.model).where(sort.model.id == voucher_id)).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is no such record."))
    return found


def voucher_by_number(sort: Sort, number: str) -> Any:
    """The voucher with this number, if the user sees its customer. Errors: ``NotFound``."""
    found = db.session.execute(visible(sort.model).where(sort.model.number == number)).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is no such record: %(record)s.", record=sort.named(number)))
    return found


def create_voucher(sort: Sort, values: Mapping[str, Any]) -> Any:
    """Enter a voucher. Needs ``customer_id``, ``number``, ``happened_on`` and ``amount`` (minor units, with tax).

    Errors: ``NotFound`` for a customer the user does not see; ``Refused`` with the field for anything else.
    """
    complete = _checked(sort, {"source": "page", **values}, None)
    now = clock.now()
    voucher = sort.model(**complete, status=VALID, created_at=now, updated_at=now, version=1)
    try:
        with db.session.begin_nested():
            db.session.add(voucher)
    except IntegrityError:
        raise _taken(sort, complete["number"]) from None
    announce(sort.model, "create", [voucher.id])
    audit_record(f"{sort.key}.create", sort.table.name, voucher.id)
    return voucher


def update_voucher(sort: Sort, voucher_id: int, version: int, values: Mapping[str, Any]) -> Any:
    """Change a voucher as it was read in ``version``.

    Errors: ``Conflict`` when somebody was faster; ``NotFound``; ``Refused`` for a void one, a wrong value, or one
    that does not go with what is matched.
    """
    voucher = find_voucher(sort, voucher_id)
    if voucher.version != version:
        raise _conflict(sort, voucher.number)
    if voucher.status == VOID:
        raise Refused(_("%(record)s is void and stays as it is.", record=sort.named(voucher.number)))
    complete = _checked(sort, values, voucher)
    changed = sorted(name for name, value in complete.items() if getattr(voucher, name) != value)
    if not changed:
        return voucher
    check_writable([voucher.customer_id])  # what is looked at is not taken away to another customer either
    try:
        with db.session.begin_nested():
            _write(sort, voucher, version, {name: complete[name] for name in changed})
    except IntegrityError:
        raise _taken(sort, complete["number"]) from None
    announce(sort.model, "update", [voucher.id])
    audit_record(f"{sort.key}.update", sort.table.name, voucher.id, fields=changed)
    return voucher


def void_voucher(sort: Sort, voucher_id: int, version: int) -> Any:
    """Void a voucher: it stays on record and counts nowhere; shipments of a void invoice wait for another one.

    Errors as :func:`update_voucher`; ``Refused`` while something is matched with it.
    """
    voucher = find_voucher(sort, voucher_id)
    if voucher.status == VOID:
        raise Refused(_("%(record)s is void already.", record=sort.named(voucher.number)))
    values: dict[str, Any] = {"status": VOID}
    if sort.is_settled:
        if voucher.matched:
            raise Refused(_("%(record)s is matched: undo the matching first.", record=sort.named(voucher.number)))
        values["base_open"] = 0
    _write(sort, voucher, version, values)
    if sort is INVOICE:
        _free_shipments(voucher.id)
    announce(sort.model, "update", [voucher.id])
    audit_record(f"{sort.key}.void", sort.table.name, voucher.id)
    return voucher


def _free_shipments(invoice_id: int) -> None:
    shipments, now = SHIPMENT.table, clock.now()
    covered = [shipments.c.invoice_id == invoice_id]
    keys = list(db.session.scalars(select(shipments.c.id).where(*covered)))
    changed = {"invoice_id": None, "version": shipments.c.version + 1, "updated_at": now}
    bulk_write(
        update(shipments).where(*covered).values(changed),
        model=SHIPMENT.model, change="update", keys=keys, action="shipment.free", invoice=invoice_id,
    )  # fmt: skip


def _write(sort: Sort, voucher: Any, version: int, values: Mapping[str, Any]) -> None:
    """Write into exactly the version that was read; matching makes a new version too."""
    statement = (
        update(sort.model)
        .where(sort.model.id == voucher.id, sort.model.version == version)
        .values(**values, version=version + 1, updated_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    result: Any = db.session.execute(statement)
    if result.rowcount != 1:
        raise _conflict(sort, voucher.number)
    db.session.refresh(voucher)


def _checked(sort: Sort, values: Mapping[str, Any], voucher: Any) -> dict[str, Any]:
    """All columns from what is given, what is stored and what follows from both."""
    stored = {name: getattr(voucher, name) for name in sort.fields} if voucher is not None else {}
    given = {name: values[name] for name in sort.fields if name in values}
    complete: dict[str, Any] = {**dict.fromkeys(sort.fields), **stored, **given}
    complete["currency"] = (complete["currency"] or currency()).upper()
    _check_values(sort, complete)
    _check_links(sort, complete)
    _check_number(sort, complete["number"], voucher)
    code, day = complete["currency"], complete["happened_on"]
    complete["base_amount"] = in_company_currency(complete["amount"], code, day)
    if sort.is_settled:
        matched = 0 if voucher is None else voucher.matched
        if matched:
            _check_matched(sort, complete, voucher)
        complete["base_open"] = in_company_currency(complete["amount"] - matched, code, day)
        if voucher is None:
            complete["matched"] = 0
    return complete


def _check_values(sort: Sort, complete: dict[str, Any]) -> None:
    number = complete["number"]
    if not number or len(number) > LONGEST_NUMBER:
        raise Refused(_("Write a number of at most %(count)s characters.", count=LONGEST_NUMBER), field="number")
    if complete["happened_on"] is None:
        raise Refused(_("Write the date like 2026-11-23."), field="happened_on")
    if complete["amount"] is None or not 0 < complete["amount"] <= LARGEST:
        raise Refused(_("Write an amount above 0, with tax."), field="amount")
    if not known_currency(complete["currency"]):
        raise Refused(_("There is no currency “%(currency)s”.", currency=complete["currency"]), field="currency")
    if sort is INVOICE:
        complete["due_on"] = complete["due_on"] or complete["happened_on"] + timedelta(days=payment_days())
        if complete["due_on"] < complete["happened_on"]:
            raise Refused(_("An invoice is not due before its date."), field="due_on")
    if sort is RECEIPT:
        complete["kind"] = complete["kind"] or PAYMENT
        if complete["kind"] not in RECEIPT_KINDS:
            raise Refused(_("Choose one of the list."), field="kind")


def payment_days() -> int:
    """Days until an invoice is due that names no day (setting ``trade.payment_days``)."""
    return int(setting("trade", "payment_days"))


def _check_links(sort: Sort, complete: Mapping[str, Any]) -> None:
    """Customer, order and invoice are there to be seen, and the latter two are that customer's."""
    customer = complete["customer_id"]
    ids = visible(Customer).where(Customer.id == customer).with_only_columns(Customer.id)
    if customer is None or db.session.execute(ids).scalar_one_or_none() is None:
        raise NotFound(_("There is no such customer."), field="customer")
    if complete["order_id"] is not None:
        _check_theirs(Order, complete["order_id"], customer, "order")
    if sort is SHIPMENT and complete["invoice_id"] is not None:
        invoice = _check_theirs(Invoice, complete["invoice_id"], customer, "invoice")
        if invoice.status == VOID:
            raise Refused(_("%(record)s is void.", record=INVOICE.named(invoice.number)), field="invoice")


def _check_theirs(model: Any, record_id: int, customer_id: int, field: str) -> Any:
    found = db.session.execute(visible(model).where(model.id == record_id)).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is no such record."), field=field)
    if found.customer_id != customer_id:
        raise Refused(_("%(number)s belongs to another customer.", number=found.number), field=field)
    return found


def _check_number(sort: Sort, number: str, voucher: Any) -> None:
    """Numbers are unique in the whole company, also among records the user does not see."""
    same = select(sort.table.c.id).where(sort.table.c.number == number)
    found = db.session.execute(same).scalar_one_or_none()
    if found is not None and (voucher is None or found != voucher.id):
        raise _taken(sort, number)


def _check_matched(sort: Sort, complete: Mapping[str, Any], voucher: Any) -> None:
    """What is matched binds: whose it is, in which currency, and that it is no less."""
    for name, field in (("customer_id", "customer"), ("currency", "currency"), ("kind", "kind")):
        if name in complete and complete[name] != getattr(voucher, name):
            reason = _("%(record)s is matched: undo the matching first.", record=sort.named(voucher.number))
            raise Refused(reason, field=field)
    if complete["amount"] < voucher.matched:
        raise Refused(_("More than this amount is matched already: undo the matching first."), field="amount")


def _taken(sort: Sort, number: str) -> Refused:
    return Refused(_("There is another record of this number: %(record)s.", record=sort.named(number)), field="number")


def _conflict(sort: Sort, number: str) -> Conflict:
    return Conflict(
        _(
            "Somebody else changed %(record)s after you opened it. Look at it again before you save.",
            record=sort.named(number),
        )
    )
