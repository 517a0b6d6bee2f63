"""The three sorts of vouchers and how each is called: shipments, invoices, receipts (TRD-01)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from ..models import Invoice, Receipt, Shipment

#: What a person or a file may give of every voucher; everything else is worked out.
COMMON = ("customer_id", "number", "happened_on", "amount", "currency", "order_id", "source", "external_id")


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of vouchers: its model, its own columns, and its words."""

    key: str  #: shipment, invoice or receipt; its pages, files and audit entries are named by it
    model: Any
    title: Any  #: of one
    plural: Any
    named: Callable[[str], str]  #: one with its number
    own: tuple[str, ...]  #: columns that the other sorts do not have
    icon: str

    @property
    def table(self) -> Any:
        """The table, for statements that do not depend on who asks."""
        return self.model.__table__

    @property
    def fields(self) -> tuple[str, ...]:
        """What may be given."""
        return (*COMMON, *self.own)

    @property
    def is_settled(self) -> bool:
        """Whether it is matched bit by bit."""
        return self.model is not Shipment


SHIPMENT = Sort(
    "shipment",
    Shipment,
    _l("Shipment"),
    _l("Shipments"),
    lambda number: _("Shipment %(number)s", number=number),
    ("invoice_id",),
    "truck",
)
INVOICE = Sort(
    "invoice",
    Invoice,
    _l("Invoice"),
    _l("Invoices"),
    lambda number: _("Invoice %(number)s", number=number),
    ("due_on",),
    "receipt-cutoff",
)
RECEIPT = Sort("receipt", Receipt, _l("Receipt"), _l("Receipts"),
               lambda number: _("Receipt %(number)s", number=number), ("kind",), "cash-coin")  # fmt: skip

SORTS = (SHIPMENT, INVOICE, RECEIPT)


def sort_of(record: Any) -> Sort:
    """The sort of a voucher."""
    return next(sort for sort in SORTS if isinstance(record, sort.model))
