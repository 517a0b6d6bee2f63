"""What a customer's file has to say at least (CUS-02): a condition for the list and for the policy board."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, case, func, not_

from kezhi import Choice, Column, Filter
from kezhi.i18n import _l

from .models import Customer

STATES = {"complete": (_l("Complete"), "green"), "missing": (_l("To be completed"), "amber")}


def has_basics() -> Any:
    """Whether a file names region, industry and credit code. Prospects are not asked for it."""
    return and_(Customer.region != "", Customer.industry != "", func.coalesce(Customer.credit_code, "") != "")


def column(order: int) -> Column:
    """The column of the list."""
    lacking = and_(Customer.code.is_not(None), not_(has_basics()))
    ranges: dict[str, Any] = {"missing": lacking, "complete": not_(lacking)}
    chosen = Filter(
        "choice",
        lambda: [Choice(key, title) for key, (title, _tone) in STATES.items()],
        lambda value: ranges.get(value, Customer.id < 0),
    )
    return Column(
        "basics",
        _l("Basic data"),
        case((lacking, "missing"), else_="complete"),
        render="chip",
        filter=chosen,
        extra=(case((lacking, "amber"), else_="green"),),
        order=order,
    )
