"""The hooks by which other apps say what customers owe (CRD-04). Without an answer the exposure is unknown."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select

from kezhi import spec


@spec("view", firstresult=True)
def credit_receivables(customers: Select[Any] | None, day: date) -> Select[Any] | None:
    """What: what customers owe on a day, in parts.

    Arguments: ``customers`` is a select of customer ids, None for all; overdue days are counted to ``day``.
    Returns: a select with the columns ``customer_id``, ``not_due``, ``overdue_1_30``, ``overdue_31_60``,
    ``overdue_61_90``, ``overdue_90_plus``, ``overdue_days_max``, ``shipped_not_invoiced``, ``ordered_not_shipped``,
    ``deposits``; one row per customer that has anything. Amounts are minor units of the company's currency, tax
    included, never NULL and never below 0. It names tables and narrows nothing to what somebody sees. It may be kept
    and executed again on the same day: what it answers comes from rows, not from what was known when it was asked.
    Whoever writes those rows announces it (``announce``, ``bulk_write``): lists follow. Called by: the credit check,
    every page that shows exposure, and the summary that lists read. On error: the exposure is unknown.
    """


@spec("view", firstresult=True)
def credit_receivable_rows(customer_id: int, figure: str, day: date, limit: int | None) -> list[dict[str, Any]] | None:
    """What: the rows behind one figure of one customer, the most urgent first.

    Arguments: ``figure`` is the name of a money column of :func:`credit_receivables`; ``limit`` None means all rows.
    Returns: dicts with ``reference``, ``kind``, ``happened_on``, ``due_on``, ``days_overdue``, ``amount`` (their
    amounts add up to the figure), ``currency``, ``amount_in_currency`` and ``url``. Called by: the page behind a
    figure. On error: the page says that the rows cannot be shown.
    """


@spec("view", firstresult=True)
def credit_orders() -> Select[Any] | None:
    """What: the orders that the exposure counts, or has counted: a reservation for such an order has ended.

    Returns: a select of ``customer_id`` and ``number``, orders of any state. Called by: the sum of the reservations.
    On error: a reservation ends with its time, or when somebody cancels it.
    """


@spec("tx", firstresult=True)
def credit_check(customer_id: int, amount: int, order: str, reserve: bool) -> dict[str, Any] | None:
    """What: whether so much more may be owed; this app answers it, for any app that wants to know.

    Arguments: ``amount`` is minor units of the company's currency, tax included; ``order`` is the order's number or
    empty; with ``reserve`` the credit is kept for it for 24 hours unless it is blocked. Returns: a dict with
    ``decision`` (``allow``, ``warn``, ``block``), ``reasons`` (each with ``code``, ``level``, ``text``), ``limit``,
    ``exposure``, ``overdue``, ``free``, ``reserved`` (minor units, None where unknown), ``term`` and ``due_on`` (days,
    and the day on which what leaves today is due; None against payment), ``reservation`` and ``release``. Called by:
    other apps, in their own transaction where they have one. On error: the caller's transaction rolls back.
    """


@spec("tx")
def credit_order_ended(customer_id: int, order: str) -> None:
    """What: an order was shipped, taken back or cancelled; this app gives up what it kept for it.

    Called by: other apps, in the transaction in which the order ends. On error: it rolls back.
    """
