"""The list of disputes (TRD-09)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case

from kezhi import Choice, Column, Filter
from kezhi import lazy_gettext as _l
from kezhi.i18n import lazy_pgettext

from ..labels import DISPUTE_LABELS, DISPUTE_TONES, GRAVITY_LABELS, GRAVITY_TONES
from ..models import Dispute
from .whose import customer_of


def dispute_columns() -> list[Column]:
    """Disputes by number, date, customer, gravity and state."""
    gravities = [Choice(value, label) for value, label in GRAVITY_LABELS.items()]
    states = [Choice(value, label) for value, label in DISPUTE_LABELS.items()]
    gravity_tone: Any = case(GRAVITY_TONES, value=Dispute.gravity)
    state_tone: Any = case(DISPUTE_TONES, value=Dispute.state)
    return [
        Column("number", _l("Dispute number"), Dispute.number, sortable=True, default=True, render="code", order=10),
        Column("happened_on", _l("Date"), Dispute.happened_on, sortable=True, default=True, render="date", order=20,
               filter=Filter("date")),
        *customer_of(Dispute, 30),
        Column("subject", lazy_pgettext("dispute", "Subject"), Dispute.subject, default=True, render="name", order=40,
               filter=Filter("text", apply=lambda text: Dispute.subject.icontains(text, autoescape=True))),
        Column("gravity", _l("Gravity"), Dispute.gravity, default=True, render="chip", order=50,
               filter=Filter("choice", lambda: gravities), extra=(gravity_tone,)),
        Column("state", _l("Status"), Dispute.state, default=True, render="chip", order=60,
               filter=Filter("choice", lambda: states), extra=(state_tone,)),
        Column("outcome", _l("Outcome"), Dispute.outcome, order=70,
               filter=Filter("text", apply=lambda text: Dispute.outcome.icontains(text, autoescape=True))),
    ]  # fmt: skip
