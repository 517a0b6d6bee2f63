"""How statuses, units and gravities are called and coloured."""

from __future__ import annotations

from typing import Any

from kezhi import lazy_gettext as _l
from kezhi.i18n import lazy_pgettext

from .models import (
    CANCELLED,
    CHECKED,
    CLOSED,
    CONFIRMED,
    COUNT,
    CREDIT,
    DEPOSIT,
    DONE,
    MONEY,
    OPEN,
    ORDINARY,
    PAYMENT,
    RATIO,
    SERIOUS,
    SETTLED,
    SUBMITTED,
    UNSENT,
    UNSETTLED,
)
from .models.months import INVOICES, MATCHES, ORDERS, RECEIPTS, SHIPPED, STOCK

STATUS_LABELS: dict[str, Any] = {OPEN: _l("In progress"), DONE: _l("Completed"), CANCELLED: _l("Cancelled")}
STATUS_TONES = {OPEN: "blue", DONE: "green", CANCELLED: "gray"}

#: Where an order, a declaration, a voucher or a matching came from.
SOURCE_LABELS: dict[str, Any] = {
    "page": _l("Entered by hand"),
    "import": _l("Import"),
    "demo": _l("Demo company"),
    "matching": _l("Matched oldest first"),
}

UNIT_LABELS: dict[str, Any] = {MONEY: _l("Amount"), RATIO: _l("Percentage"), COUNT: _l("Number")}

#: What has become of a declaration.
CURRENT, EARLIER, WITHDRAWN = "current", "earlier", "withdrawn"
DECLARATION_LABELS: dict[str, Any] = {
    CURRENT: _l("In force"),
    EARLIER: _l("Superseded"),
    WITHDRAWN: _l("Withdrawn"),
}
DECLARATION_TONES = {CURRENT: "green", EARLIER: "gray", WITHDRAWN: "amber"}

GRAVITY_LABELS: dict[str, Any] = {ORDINARY: lazy_pgettext("dispute", "Ordinary"), SERIOUS: _l("Serious")}
GRAVITY_TONES = {ORDINARY: "blue", SERIOUS: "red"}

DISPUTE_LABELS: dict[str, Any] = {
    UNSETTLED: lazy_pgettext("dispute", "Open"),
    SETTLED: _l("Settled"),
    CLOSED: lazy_pgettext("dispute", "Closed"),
}
DISPUTE_TONES = {UNSETTLED: "amber", SETTLED: "green", CLOSED: "gray"}

KIND_LABELS: dict[str, Any] = {PAYMENT: _l("Payment received"), DEPOSIT: _l("Deposit"), CREDIT: _l("Credit note")}
KIND_TONES = {PAYMENT: "blue", DEPOSIT: "violet", CREDIT: "gray"}

#: What has become of a voucher that is settled bit by bit, or of a shipment that waits for its invoice.
UNTOUCHED, PARTLY, WHOLLY, VOIDED = "open", "part", "full", "void"
INVOICE_LABELS: dict[str, Any] = {
    UNTOUCHED: lazy_pgettext("invoice", "Unpaid"),
    PARTLY: lazy_pgettext("invoice", "Partly paid"),
    WHOLLY: lazy_pgettext("invoice", "Paid"),
    VOIDED: lazy_pgettext("voucher", "Void"),
}
RECEIPT_LABELS: dict[str, Any] = {
    UNTOUCHED: lazy_pgettext("receipt", "On account"),
    PARTLY: lazy_pgettext("receipt", "Partly matched"),
    WHOLLY: lazy_pgettext("receipt", "Matched"),
    VOIDED: lazy_pgettext("voucher", "Void"),
}
SHIPMENT_LABELS: dict[str, Any] = {
    UNTOUCHED: lazy_pgettext("shipment", "Not invoiced"),
    WHOLLY: lazy_pgettext("shipment", "Invoiced"),
    VOIDED: lazy_pgettext("voucher", "Void"),
}
STATE_TONES = {UNTOUCHED: "amber", PARTLY: "blue", WHOLLY: "green", VOIDED: "gray"}

#: How late something open is; the keys are the columns of ``receivables``.
SETTLED_AGE = "settled"
AGE_LABELS: dict[str, Any] = {
    "not_due": _l("Not due"),
    "overdue_1_30": _l("1–30 days overdue"),
    "overdue_31_60": _l("31–60 days overdue"),
    "overdue_61_90": _l("61–90 days overdue"),
    "overdue_90_plus": _l("Over 90 days overdue"),
    SETTLED_AGE: _l("Nothing open"),
}
AGE_TONES = {
    "not_due": "green", "overdue_1_30": "amber", "overdue_31_60": "amber", "overdue_61_90": "red",
    "overdue_90_plus": "red", SETTLED_AGE: "gray",
}  # fmt: skip

MONTH_LABELS: dict[str, Any] = {
    UNSENT: lazy_pgettext("month", "Open"),
    SUBMITTED: lazy_pgettext("month", "Submitted"),
    CHECKED: lazy_pgettext("month", "Checked"),
    CONFIRMED: lazy_pgettext("month", "Confirmed"),
}
MONTH_TONES = {UNSENT: "amber", SUBMITTED: "blue", CHECKED: "indigo", CONFIRMED: "green"}

#: What was done with a month.
STEP_LABELS: dict[str, Any] = {
    "submit": lazy_pgettext("month", "Submitted"),
    "check": lazy_pgettext("month", "Checked"),
    "money": lazy_pgettext("month", "Confirmed by finance"),
    "stock": lazy_pgettext("month", "Confirmed by inventory control"),
    "return": lazy_pgettext("month", "Sent back"),
    "reopen": lazy_pgettext("month", "Opened again"),
}

#: What rows of a month are, and how they differ from what it keeps.
PART_LABELS: dict[str, Any] = {
    ORDERS: _l("Order"),
    SHIPPED: _l("Goods shipped"),
    INVOICES: _l("Invoice"),
    RECEIPTS: _l("Receipt"),
    MATCHES: _l("Matching"),
    STOCK: _l("Stock held"),
}
HOW_LABELS: dict[str, Any] = {
    "late": lazy_pgettext("row", "Came later"),
    "gone": lazy_pgettext("row", "Gone or cancelled"),
    "changed": lazy_pgettext("row", "Changed"),
}
HOW_TONES = {"late": "amber", "gone": "red", "changed": "blue"}
