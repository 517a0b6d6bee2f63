"""What a share does not allow is refused, on whatever way it is tried.

Every change of a customer, and of what hangs on customers in any app, is announced inside its transaction: there the
customers that the acting person may only look at are found, and the whole transaction is refused. What a reader writes
of their own about a customer (a note, a task, a printed document) is not theirs to lose.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app, g
from sqlalchemy import ColumnElement, select

from kezhi import NotFound, Refused, db
from kezhi.i18n import _

from ..models import Customer, CustomerShare
from .rules import beyond_charge, customer, only_looked_at

CUSTOMERS, SHARES = Customer.__tablename__, CustomerShare.__tablename__
#: Tables in which everybody who reads a customer's file writes. What a merge leaves where it is (``merge="keep"``) is
#: what was found about customers at some time, by somebody who judged many: no change of their files either.
OF_READERS = frozenset(
    {
        "tasks_task",
        "tasks_notice",
        "timeline_note",
        "documents_issue",
        "upkeep_observed",
        "cards_card",
        "customers_share",
    }
)
NAMED = 3


def check_change(model: type, change: str, keys: Any) -> None:
    """Errors: ``Refused`` when rows that changed are of customers that the acting person may only look at."""
    table: Any = getattr(model, "__table__", None)
    if table is None or g.get("kezhi_customers_given_away"):
        return
    if table.name == CUSTOMERS and change == "create":  # nobody has shared it yet
        return
    column = _columns().get(table.name)
    if table.name == CUSTOMERS:
        check_writable(keys)
    elif column is not None:
        key = next(iter(table.primary_key))
        check_writable(select(table.c[column]).where(key.in_(keys)))


def _columns() -> dict[str, str]:
    """The column that names the customer, by table: of what is part of customers' files."""
    kept: dict[str, str] | None = current_app.extensions.get("kezhi_customers_columns")
    if kept is None:
        kept = {
            link.table: link.column
            for _plugin, link in current_app.extensions["kezhi"].links
            if link.target == CUSTOMERS and link.merge != "keep" and link.table not in OF_READERS
        }
        current_app.extensions["kezhi_customers_columns"] = kept
    return kept


def check_writable(ids: Any) -> None:
    """Errors: ``Refused`` when one of these customers is shared with the acting person to be looked at."""
    names = _among(ids, only_looked_at())
    if names:
        raise Refused(_("%(names)s: shared with you for looking only. Nothing has been changed.", names=names))


def check_in_charge(ids: Any) -> None:
    """Errors: ``Refused`` when the acting person sees one of these customers only by a share, one to write included."""
    names = _among(ids, beyond_charge())
    if names:
        raise Refused(
            _("%(names)s: shared with you. Only who is in charge of the file may do this with it.", names=names)
        )


def check_found(customer_id: int) -> None:
    """As :func:`check_writable` for a page of one customer. Errors: ``NotFound``, as for a page that is not there."""
    if _among([customer_id], only_looked_at()):
        raise NotFound(_("There is no such customer."))


def _among(ids: Any, condition: ColumnElement[bool] | None) -> str:
    """The names of those that fulfil the condition; one statement, none for who needs no shares."""
    if condition is None:
        return ""
    found = select(customer.name).where(customer.id.in_(ids), condition).order_by(customer.id).limit(NAMED + 1)
    names = list(db.session.scalars(found, execution_options={"kezhi_unscoped": True}))
    return _(", ").join(names[:NAMED]) + (" …" if len(names) > NAMED else "")


@contextmanager
def given_away() -> Iterator[None]:
    """Announce that somebody gave customers away: afterwards they are not that person's any more, as it was meant.

    For code that has asked before (:func:`check_in_charge`).
    """
    g.kezhi_customers_given_away = True
    try:
        yield
    finally:
        g.pop("kezhi_customers_given_away", None)
