"""What a customer's page shows of the declared figures: each figure as it is now (TRD-07)."""

from __future__ import annotations

from typing import Any

from flask import url_for

from kezhi import Panel, User
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import may_change

from ..services import all_figures, current
from ..services.figures import title_of
from .shared import list_of


def declaration_panels(record: Any, user: User) -> list[Panel]:
    """The newest declaration of every figure."""
    if not isinstance(record, Customer) or not user.can("trade.read"):
        return []
    may_enter = record.code and may_change(record, "trade.declare", user)

    def context() -> dict[str, Any]:
        now = current(record.id)
        rows = [(title_of(figure), now[figure["id"]]) for figure in all_figures() if figure["id"] in now]
        return {"rows": rows, "new_url": url_for("trade.declare", customer=record.code) if may_enter else ""}

    return [
        Panel(
            _l("Declared figures"),
            "trade/declared_panel.html",
            context,
            icon="card-checklist",
            link=list_of(record, "trade.declarations"),
            link_text=_l("All declarations"),
            order=31,
            tab="trade",
        )
    ]
