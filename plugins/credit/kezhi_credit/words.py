"""A customer's credit in one sentence, and in the shares of a bar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from kezhi import clock, currency, setting
from kezhi import lazy_gettext as _l
from kezhi.figures import divide
from kezhi.i18n import _, ngettext
from kezhi.money import display

from .models import DONE, EXPIRED, LOWERED, ON_PAYMENT, ORDERS, OVER, OVERDUE, STOP, Investigation

#: parts of the exposure that are owed, in the order in which they stand on each other; with their tones
PARTS: dict[str, tuple[Any, str]] = {
    "receivables": (_l("Receivables"), "blue"),
    "shipped_not_invoiced": (_l("Shipped, not invoiced"), "indigo"),
    "ordered_not_shipped": (_l("Ordered, not shipped"), "teal"),
    "reserved": (_l("Reserved"), "violet"),
}
AGE_LABELS: dict[str, Any] = {
    "not_due": _l("Not due"),
    "overdue_1_30": _l("1–30 days overdue"),
    "overdue_31_60": _l("31–60 days overdue"),
    "overdue_61_90": _l("61–90 days overdue"),
    "overdue_90_plus": _l("More than 90 days overdue"),
}
FIGURE_LABELS: dict[str, Any] = {
    **AGE_LABELS,
    "shipped_not_invoiced": _l("Shipped, not invoiced"),
    "ordered_not_shipped": _l("Ordered, not shipped"),
    "deposits": _l("Deposits"),
}
FULL, HIGH = 100, 80  #: percent of the limit


def amount(minor: int) -> str:
    """Whole units of the company's currency, as lists write them."""
    return display(minor, currency(), cents=False)


def used_percent(now: Mapping[str, Any]) -> int | None:
    """Whole percent of the limit that is used; None while that is unknown, or there is no limit."""
    if now["used"] is None or not now["limit"]:
        return None
    return divide(100 * now["used"], now["limit"])


def judged(now: Mapping[str, Any]) -> tuple[str, str]:
    """How it stands: a tone, and one sentence that says why."""
    if now["class_key"] is None:
        return "amber", _("Not rated: cash only until it is.")
    if now["delivery"] == STOP:
        return "red", _("Nothing is shipped to customers of class %(key)s.", key=now["class_key"])
    if now["used"] is None:
        return "gray", _("How much is owed is unknown: no enabled app keeps receivables.")
    if now["free"] < 0:
        return "red", _("%(amount)s over the limit.", amount=amount(-now["free"]))
    if now["overdue"]:
        days = now["overdue_days_max"]
        text = ngettext("%(amount)s overdue, up to %(num)s day.", "%(amount)s overdue, up to %(num)s days.", days,
                        amount=amount(now["overdue"]))  # fmt: skip
        return "orange", text
    if now["delivery"] == ON_PAYMENT and now["limit_origin"] != "own":
        return "amber", _("Ships on payment; %(amount)s are paid ahead.", amount=amount(now["free"]))
    percent = used_percent(now)
    if percent is None:
        return "amber", _("No limit; %(amount)s are paid ahead.", amount=amount(now["free"]))
    if percent > HIGH:
        return "amber", _("%(percent)s%% of the limit is used; nothing is overdue.", percent=percent)
    return "green", _("%(percent)s%% of the limit is used; nothing is overdue.", percent=percent)


def bar(now: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parts of what is owed as shares of a bar: of the limit, or of themselves where they are more than it."""
    owed = {name: now[name] or 0 for name in PARTS}
    whole = max(now["limit"], sum(owed.values()), 1)
    found, place = [], 0
    for name, (label, tone) in PARTS.items():
        width = divide(1000 * owed[name], whole)
        found.append({"name": name, "label": label, "tone": tone, "amount": owed[name], "x": place, "width": width})
        place += width
    return found


def sign_said(sign: str, figure: int) -> str:
    """What the watch found, in one sentence."""
    if sign == OVER:
        text = _("%(amount)s over the limit.", amount=amount(figure))
    elif sign == OVERDUE:
        text = ngettext("Overdue for %(num)s day.", "Overdue for up to %(num)s days.", figure)
    elif sign == LOWERED:
        text = ngettext("The class was lowered by %(num)s step.", "The class was lowered by %(num)s steps.", figure)
    elif sign == EXPIRED:
        text = ngettext("The credit investigation expired %(num)s day ago.",
                        "The credit investigation expired %(num)s days ago.", figure)  # fmt: skip
    elif sign == ORDERS:
        text = _("Orders fell by %(percent)s%% against the span before.", percent=figure)
    else:
        text = _("%(percent)s%% of the limit is used.", percent=figure)
    return str(text)


def standing_of(investigation: Investigation, day: date | None = None) -> str:
    """How an investigation stands on a day: its state, and of one that is done what follows from its dates."""
    if investigation.state != DONE or investigation.valid_until is None:
        return str(investigation.state)
    left = (investigation.valid_until - (day or clock.today())).days
    if left < 0:
        return "expired"
    return "expiring" if left <= int(setting("credit", "investigation_expiring_days")) else "valid"
