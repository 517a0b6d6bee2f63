"""The form of a shipment, an invoice or a receipt. Amounts are typed in units of its currency, with tax."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import DateField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from kezhi import Refused, clock, currency, db
from kezhi import lazy_gettext as _l
from kezhi.errors import NotFound
from kezhi.forms import Form, choice
from kezhi.i18n import _
from kezhi.money import to_units

from ..labels import KIND_LABELS
from ..models import Invoice, Order
from ..services import INVOICE, RECEIPT, SHIPMENT, Sort, order_by_number, voucher_by_number
from ..services.vouchers import LONGEST_NUMBER
from .reading import Difference, customer_id, differences, minor


class VoucherForm(Form):
    """What every voucher has. ``version`` is that of the voucher when the form was opened."""

    version = HiddenField()
    customer = StringField(_l("Customer code"), [InputRequired(_l("Say whose record this is.")), Length(max=80)])
    number = StringField(
        _l("Record number"), [InputRequired(_l("Write the record number.")), Length(max=LONGEST_NUMBER)]
    )
    happened_on = DateField(_l("Date"), [InputRequired(_l("Write the date like 2026-11-23."))])
    amount = StringField(_l("Amount with tax"), [InputRequired(_l("Write an amount above 0, with tax."))])
    currency = StringField(_l("Currency"), [Length(max=3)], render_kw={"maxlength": 3})
    order = StringField(_l("Order number"), [Length(max=80)])

    def fill_new(self, given: Mapping[str, str]) -> None:
        """What an empty form starts with: today, and what the address names."""
        self.currency.data, self.happened_on.data = currency(), clock.today()
        for name in ("customer", "order", "amount", "invoice"):
            if name in self and given.get(name):
                self[name].data = given[name][:80]

    def fill(self, voucher: Any, customer_code: str) -> None:
        """The voucher as it is stored."""
        for name in ("number", "happened_on", "currency", "due_on", "kind"):
            if name in self:
                self[name].data = getattr(voucher, name)
        self.version.data, self.customer.data = str(voucher.version), customer_code
        self.amount.data = to_units(voucher.amount, voucher.currency)
        self.order.data = _number_of(Order, voucher.order_id)
        if "invoice" in self:
            self["invoice"].data = _number_of(Invoice, voucher.invoice_id)

    def values(self) -> dict[str, Any]:
        """What the services take. Errors: ``Refused`` naming the field."""
        code = (self.currency.data or "").upper() or currency()
        values = {
            "customer_id": customer_id(self.customer.data),
            "number": (self.number.data or "").strip(),
            "happened_on": self.happened_on.data,
            "amount": minor(self.amount.data, code, "amount"),
            "currency": code,
            "order_id": _order_id(self.order.data),
        }
        for name in ("due_on", "kind"):
            if name in self:
                values[name] = self[name].data
        if "invoice" in self:
            values["invoice_id"] = _invoice_id(self["invoice"].data)
        return values

    def meet(self, voucher: Any, customer_code: str) -> list[Difference]:
        """Somebody else saved first: what differs, and the version that the next save of what was typed replaces."""
        stored = type(self)(formdata=None)
        stored.fill(voucher, customer_code)
        self.version.data = stored.version.data
        return differences(self, stored)


class ShipmentForm(VoucherForm):
    """A shipment names the invoice that covers it, once there is one."""

    invoice = StringField(_l("Invoice number"), [Length(max=80)])


class InvoiceForm(VoucherForm):
    """An invoice is due on a day; without one, after as many days as the company decided."""

    due_on = DateField(_l("Due date"), [Optional()])


class ReceiptForm(VoucherForm):
    """Money for invoices, money in advance, or a credit note."""

    kind = SelectField(_l("Kind of receipt"), choices=[choice(key, label) for key, label in KIND_LABELS.items()])


FORMS: dict[str, type[VoucherForm]] = {
    SHIPMENT.key: ShipmentForm, INVOICE.key: InvoiceForm, RECEIPT.key: ReceiptForm
}  # fmt: skip


def form_of(sort: Sort) -> VoucherForm:
    """The form of a sort of vouchers."""
    return FORMS[sort.key]()


def _number_of(model: Any, record_id: int | None) -> str:
    if record_id is None:
        return ""
    found: Any = db.session.get(model, record_id)
    return found.number if found is not None else ""


def _order_id(number: str | None) -> int | None:
    if not (number or "").strip():
        return None
    try:
        return int(order_by_number((number or "").strip()).id)
    except NotFound:
        raise Refused(_("There is no order “%(number)s”.", number=number), field="order") from None


def _invoice_id(number: str | None) -> int | None:
    if not (number or "").strip():
        return None
    try:
        return int(voucher_by_number(INVOICE, (number or "").strip()).id)
    except NotFound:
        raise Refused(_("There is no invoice “%(number)s”.", number=number), field="invoice") from None
