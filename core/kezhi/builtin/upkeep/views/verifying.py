"""Verifying one customer file, or several that were chosen in the list (CUS-07)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from kezhi import Conflict, NotFound, Refused, requires
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _, ngettext

from ...customers.services import customer_by_id
from ...lists.bulk import back_to, selected
from .. import services
from ..forms.verifying import VerifyForm
from ..rules import VERIFY
from ..standing import present
from ..words import span_name


@requires(VERIFY)
def verify(customer_id: int) -> Any:
    """Record that one has verified a customer file."""
    try:
        customer = customer_by_id(customer_id)
    except NotFound:
        abort(404)
    form, back = VerifyForm(), redirect(url_for("customers.show", customer_id=customer_id))
    if form.validate_on_submit():
        try:
            submit_once(form.key, lambda: services.verify(customer_id, form.found.data, form.note.data or ""))
        except Conflict as error:
            flash(str(error), "warning")
            return back
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("The file is recorded as verified."), "success")
            return back
    now = present()
    given: dict[str, Any] = {"form": form, "customer": customer, "period": span_name(now.span), "due": now.due}
    history = services.verifications_of(customer_id, 1)
    page = render_template("upkeep/verify.html", last=history[0] if history else None, **given)
    return page, 422 if form.is_submitted() else 200


@requires(VERIFY)
def verify_many() -> Any:
    """Record that one has verified the chosen files, after saying how many those are."""
    from ...customers.pages import list_view

    chosen, form = selected(list_view()), VerifyForm()
    confirmed = bool(request.form.get("confirmed"))
    if not confirmed:
        form = VerifyForm(formdata=None)
    elif form.validate():
        try:
            count = int(
                submit_once(form.key, lambda: services.verify_many(chosen.ids, form.found.data, form.note.data or ""))
            )
        except Refused as error:
            fill_errors(form, error)
        else:
            text = ngettext("%(num)s file is recorded as verified.", "%(num)s files are recorded as verified.", count)
            flash(text, "success")
            return redirect(back_to(url_for("customers.index")))
    open_ones, now = services.open_of(chosen.ids), present()
    given: dict[str, Any] = {"chosen": chosen, "form": form, "open": open_ones, "period": span_name(now.span)}
    page = render_template("upkeep/verify_many.html", back=back_to(url_for("customers.index")), **given)
    return page, 422 if confirmed else 200
