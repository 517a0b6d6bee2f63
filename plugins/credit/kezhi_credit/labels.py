"""How terms and states are called and coloured."""

from __future__ import annotations

from typing import Any

from kezhi import lazy_gettext as _l
from kezhi.i18n import lazy_pgettext

from .models import (
    ACCEPTANCE,
    APPROVED,
    CANCELLED,
    CASH,
    CASH_ONLY,
    CHEQUE,
    COMMERCIAL,
    DEPOSIT,
    EXPIRED,
    FAIR,
    FIXED,
    GOOD,
    GUARANTEE,
    LETTER,
    LOWERED,
    NO_MEASURE,
    NO_SECURITY,
    ON_CREDIT,
    ON_PAYMENT,
    OPEN,
    ORDERS,
    OVER,
    OVERDUE,
    POOR,
    REJECTED,
    RETURNED,
    SECURITY,
    SHORTER,
    STOP,
    TRANSFER,
    TURNOVER,
    USED,
    WAITING,
    WITHDRAWN,
)

LIMIT_LABELS: dict[str, Any] = {FIXED: _l("A fixed amount"), TURNOVER: _l("A share of the turnover, up to an amount")}

DELIVERY_LABELS: dict[str, Any] = {
    ON_CREDIT: _l("Ship on credit, up to the limit"),
    ON_PAYMENT: _l("Ship on payment"),
    STOP: _l("Ship nothing"),
}
DELIVERY_TONES = {ON_CREDIT: "green", ON_PAYMENT: "amber", STOP: "red"}

SECURITY_LABELS: dict[str, Any] = {
    NO_SECURITY: lazy_pgettext("security", "None"),
    GUARANTEE: lazy_pgettext("security", "Guarantee"),
    DEPOSIT: lazy_pgettext("security", "Deposit"),
}

WAY_LABELS: dict[str, Any] = {
    CASH: lazy_pgettext("payment", "Cash"),
    TRANSFER: _l("Bank transfer"),
    ACCEPTANCE: _l("Bank acceptance bill"),
    COMMERCIAL: _l("Commercial acceptance bill"),
    LETTER: _l("Letter of credit"),
    CHEQUE: _l("Cheque"),
}

STATE_LABELS: dict[str, Any] = {
    WAITING: _l("Waiting for approval"),
    APPROVED: lazy_pgettext("credit", "Approved"),
    RETURNED: lazy_pgettext("credit", "Returned"),
    REJECTED: lazy_pgettext("credit", "Rejected"),
    WITHDRAWN: lazy_pgettext("credit", "Withdrawn"),
}
STATE_TONES = {WAITING: "indigo", APPROVED: "green", RETURNED: "amber", REJECTED: "red", WITHDRAWN: "gray"}

TONE_LABELS: dict[str, Any] = {
    "green": lazy_pgettext("tone", "Green"),
    "teal": lazy_pgettext("tone", "Teal"),
    "blue": lazy_pgettext("tone", "Blue"),
    "indigo": lazy_pgettext("tone", "Indigo"),
    "amber": lazy_pgettext("tone", "Amber"),
    "orange": lazy_pgettext("tone", "Orange"),
    "red": lazy_pgettext("tone", "Red"),
    "gray": lazy_pgettext("tone", "Grey"),
}

#: How a rating came about.
SOURCE_LABELS: dict[str, Any] = {
    "page": _l("Decided by hand"),
    "sheet": _l("Credit rating sheet"),
    "watch": _l("Lowered by the watch"),
    "demo": _l("Demo company"),
}

#: The signs of risk that the watch looks for (CRD-06).
SIGN_LABELS: dict[str, Any] = {
    OVER: _l("Over the limit"),
    OVERDUE: _l("Overdue too long"),
    LOWERED: _l("Class lowered"),
    EXPIRED: _l("Investigation expired"),
    USED: _l("Limit nearly used up"),
    ORDERS: _l("Orders fell sharply"),
}
SIGN_TONES = {OVER: "red", OVERDUE: "red", LOWERED: "orange", EXPIRED: "amber", USED: "amber", ORDERS: "amber"}

MEASURE_LABELS: dict[str, Any] = {
    SECURITY: _l("Security required"),
    SHORTER: _l("Shorter payment term"),
    CASH_ONLY: _l("Cash only"),
    NO_MEASURE: _l("No measure needed"),
}
UNDECIDED, DECIDED = "waiting", "decided"
ALERT_LABELS: dict[str, Any] = {UNDECIDED: _l("No measure decided yet"), DECIDED: _l("Measure decided")}
ALERT_TONES = {UNDECIDED: "amber", DECIDED: "green"}

#: How an investigation stands: its state, and of one that is done what follows from its dates.
VALID, EXPIRING, OVER_DATE = "valid", "expiring", "expired"
INVESTIGATION_LABELS: dict[str, Any] = {
    OPEN: _l("Under way"),
    VALID: lazy_pgettext("investigation", "Valid"),
    EXPIRING: lazy_pgettext("investigation", "Expires soon"),
    OVER_DATE: lazy_pgettext("investigation", "Expired"),
    CANCELLED: lazy_pgettext("investigation", "Cancelled"),
}
INVESTIGATION_TONES = {OPEN: "blue", VALID: "green", EXPIRING: "amber", OVER_DATE: "red", CANCELLED: "gray"}
JUDGEMENT_LABELS: dict[str, Any] = {
    GOOD: _l("Favourable"),
    FAIR: _l("Neutral"),
    POOR: _l("Unfavourable"),
}
JUDGEMENT_TONES = {GOOD: "green", FAIR: "gray", POOR: "red"}
SHEET_LABELS: dict[str, Any] = {
    **STATE_LABELS,
    WAITING: _l("Waiting for finance"),
    APPROVED: lazy_pgettext("rating sheet", "Decided"),
}
