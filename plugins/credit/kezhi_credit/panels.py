"""What a customer's page shows of its credit: one fact, one calm panel. Two statements, three with alerts."""

from __future__ import annotations

from typing import Any

from flask import g, url_for

from kezhi import Fact, Panel, User
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import may_change
from kezhi.i18n import _

from .labels import MEASURE_LABELS, SIGN_LABELS, SIGN_TONES
from .words import AGE_LABELS, amount, bar, judged, sign_said, used_percent

#: what templates need to say an alert
WORDS: dict[str, Any] = {
    "sign_labels": SIGN_LABELS,
    "sign_tones": SIGN_TONES,
    "said": sign_said,
    "measures": MEASURE_LABELS,
}


def _position(record: Customer) -> Any:
    """The position of the customer of the page: fact and panel ask for it once."""
    from .services.position import position_of

    kept: dict[int, Any] = g.setdefault("kezhi_credit_positions", {})
    if record.id not in kept:
        kept[record.id] = position_of(record.id)
    return kept[record.id]


def facts(record: Any, user: User) -> list[Fact]:
    """How much of the limit is used."""
    if not isinstance(record, Customer) or not user.can("credit.read"):
        return []
    now, url = _position(record), url_for("credit.customer", customer_id=record.id)
    percent = used_percent(now)
    if percent is None:
        return [Fact(_l("Credit used"), "—", url, judged(now)[1], order=25)]
    note = _("free %(amount)s", amount=amount(now["free"]))
    return [Fact(_l("Credit used"), f"{percent}%", url, note, order=25)]


def panels(record: Any, user: User) -> list[Panel]:
    """Limit, used, free, overdue, class, next review, and one sentence that says why."""
    if not isinstance(record, Customer) or not user.can("credit.read"):
        return []
    from .services import alerts_of, measure_in_force
    from .services.checking import term_of

    now, alerts = _position(record), alerts_of(record.id)
    measure = measure_in_force(record.id) if alerts else None
    context = {"now": now, "judged": judged(now), "bar": bar(now), "ages": AGE_LABELS, "customer": record,
               "alerts": alerts, "measure": measure, "term": term_of(now, measure), "words": WORDS,
               "can_rate": may_change(record, "credit.rate", user),
               "can_ask": may_change(record, "credit.ask", user)}  # fmt: skip
    return [
        Panel(
            _l("Customer credit"),
            "credit/panel.html",
            context,
            icon="shield-check",
            link=url_for("credit.check", customer=record.code or record.prospect_number),
            link_text=_l("May this be shipped?"),
            order=25,
            half=True,
        )
    ]
