"""Sending several prospects for confirmation, chosen in the list of customers."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from sqlalchemy import func, select

from kezhi import Conflict, Refused, db, requires, writing
from kezhi.i18n import _, _l, ngettext

from ..customers.models import Customer
from ..customers.services.confirmation import needs_confirmation
from ..lists.bulk import back_to, confirm_page, selected
from ..lists.contributions import BulkAction
from .services import send

CUSTOMERS = Customer.__table__


def actions(model: type) -> list[BulkAction]:
    """Offered where the company has new customers confirmed."""
    if model is not Customer or not needs_confirmation():
        return []
    return [BulkAction("entry.send", _l("Send for confirmation…"), "entry.send_chosen", "send", "customers.write")]


@requires("customers.write")
def send_chosen() -> Any:
    """See how many of the chosen ones can be sent, and send those in one request."""
    from ..customers.pages import list_view

    chosen = selected(list_view())
    ids = select(CUSTOMERS.c.id).where(
        CUSTOMERS.c.id.in_(chosen.ids), CUSTOMERS.c.code.is_(None), CUSTOMERS.c.business_type != ""
    )
    count = db.session.scalar(select(func.count()).select_from(ids.subquery())) or 0
    if not request.form.get("confirmed"):
        effects = [
            ngettext("%(num)s prospect is sent for confirmation, unless it waits already.",
                     "%(num)s prospects are sent for confirmation, those left out that wait already.", count)
        ]  # fmt: skip
        if chosen.count > count:
            effects.append(_("Customers, and prospects without a business type, are left out."))
        return confirm_page(chosen, _("Send for confirmation"), effects, _("Send"))
    try:
        with writing():
            sent = send(ids)
            if sent is None:
                raise Conflict(_("None of the chosen ones can be sent: they wait already, or are customers."))
            number, address = sent.count, url_for("entry.show", submission_id=sent.id)
    except Refused as refused:
        flash(str(refused), "error")
        return redirect(back_to(url_for("customers.index")))
    flash(ngettext("%(num)s prospect was sent for confirmation.", "%(num)s prospects were sent for confirmation.",
                   number), "success")  # fmt: skip
    return redirect(address)
