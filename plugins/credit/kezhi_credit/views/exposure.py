"""The rows behind a figure of a customer's exposure (CRD-04)."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, render_template, request
from werkzeug.exceptions import HTTPException

from kezhi import can, clock, currency, requires
from kezhi.permissions import declared_permission

from .. import services
from ..services.exposure import MOST_ROWS, rows_behind
from ..services.position import position_of
from ..words import FIGURE_LABELS


@requires("credit.read")
def rows(customer_id: int, figure: str) -> str:
    """What a figure is the sum of."""
    if figure not in FIGURE_LABELS:
        abort(404)
    customer = services.seen_customer(customer_id)
    found = rows_behind(customer.id, figure, clock.today(), MOST_ROWS + 1)
    shown = None if found is None else [_linked(row) for row in found[:MOST_ROWS]]
    return render_template(
        "credit/rows.html",
        customer=customer,
        label=FIGURE_LABELS[figure],
        rows=shown,
        more=found is not None and len(found) > MOST_ROWS,
        total=position_of(customer.id)[figure],
        own=currency(),
    )


def _linked(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its link, unless the link leads where the acting person may not go."""
    url = str(row.get("url") or "")
    return {**row, "url": url if url and _opens(url) else ""}


def _opens(url: str) -> bool:
    try:
        endpoint, _values = current_app.create_url_adapter(request).match(url, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return False
    permission = declared_permission(current_app.view_functions[endpoint])
    return not permission or can(permission)
