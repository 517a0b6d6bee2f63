"""Exposure: what customers owe and are about to owe, less what they paid ahead (CRD-04).

The figures come from whoever answers ``credit_receivables``. Nobody does: the exposure is unknown, which is not 0.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import Select, select
from sqlalchemy.sql.selectable import Subquery

from kezhi import clock
from kezhi.figures import sql_int

#: open receivables by age: what is not due, then days overdue
AGES = ("not_due", "overdue_1_30", "overdue_31_60", "overdue_61_90", "overdue_90_plus")
OVERDUE = AGES[1:]
#: every amount that a source of receivables gives, as it counts
FIGURES = (*AGES, "shipped_not_invoiced", "ordered_not_shipped", "deposits")
DAYS = "overdue_days_max"
MOST_ROWS = 500  #: behind a figure, on its page


def receivables(day: date, population: Select[Any] | None = None) -> Subquery | None:
    """What the source of receivables answers; None without one."""
    answer = current_app.extensions["kezhi"].call.credit_receivables(customers=population, day=day)
    if answer is None:
        return None
    given: Subquery = answer.subquery("receivables")
    return given


def is_known() -> bool:
    """Whether any app says what customers owe."""
    return receivables(clock.today(), select(sql_int(0))) is not None


def sums(parts: Any) -> dict[str, Any]:
    """What follows from the figures: open receivables, what of them is overdue, and the exposure."""
    c = parts.c
    owed = sum((c[name] for name in AGES[1:]), c[AGES[0]])
    return {
        "receivables": owed,
        "overdue": sum((c[name] for name in OVERDUE[1:]), c[OVERDUE[0]]),
        "exposure": owed + c.shipped_not_invoiced + c.ordered_not_shipped - c.deposits,
    }


def rows_behind(customer_id: int, figure: str, day: date, limit: int | None = MOST_ROWS) -> list[dict[str, Any]] | None:
    """The rows of which a figure is the sum; None where no app shows them."""
    call = current_app.extensions["kezhi"].call
    found: list[dict[str, Any]] | None = call.credit_receivable_rows(
        customer_id=customer_id, figure=figure, day=day, limit=limit
    )
    return found
