"""What the first page shows of credit: who is over the limit, and by how much (CRD-04)."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import func

from kezhi import User, currency, db, visible
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.tasks.contributions import HomeFigure
from kezhi.i18n import _, ngettext
from kezhi.money import display

from .services.summary import SUMMARY


def figures(user: User) -> list[HomeFigure]:
    """The customers over their limit among those that the user sees, from the summary that lists read."""
    if not user.can("credit.read"):
        return []
    c = SUMMARY.c
    over = visible(Customer, user).join(SUMMARY, c.customer_id == Customer.id).where(c.free < 0)
    count, amount = db.session.execute(over.with_only_columns(func.count(), func.sum(c.free))).one()
    note = _("%(amount)s in all", amount=display(-int(amount or 0), currency(), cents=False)) if count else _("Nobody")
    shown: dict[str, Any] = {"to.credit.free": "-0.01", "sort": "credit.free"}
    url = url_for("customers.index", **shown)
    unit = ngettext("customer", "customers", int(count))
    return [HomeFigure(_("Over the credit limit"), str(count), unit, note, "bad" if count else "good", url, order=30)]
