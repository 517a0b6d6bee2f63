"""Sharing one customer, or several chosen in a list; what is shared with oneself."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from kezhi import Refused, acting_user, requires, writing
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _, ngettext

from ...lists.bulk import back_to, selected
from .. import services
from ..models import Customer
from ..sharing.acts import end_share, share_by_id, share_customers
from ..sharing.forms import ShareForm
from ..sharing.reading import WITH_ME
from ..sharing.rules import SHARE, is_in_charge

CUSTOMERS = Customer.__table__


@requires("customers.read")
def shared() -> Any:
    """The list of what others share with oneself at present."""
    asked: dict[str, Any] = {"f.shared": WITH_ME, "columns": "code,name,stage,owner,department,shared"}
    return redirect(url_for("customers.index", **asked))


@requires(SHARE)
def share(customer_id: int) -> Any:
    """Give somebody dated access to a customer that is in one's charge."""
    customer = services.customer_by_id(customer_id)
    if not is_in_charge(customer.owner_id, customer.department_id, acting_user()):
        abort(404)
    name = customer.name
    form, status = ShareForm(), 200
    form.prepare()
    if form.is_submitted():
        status = 422
        if form.validate():
            ids, terms = select(CUSTOMERS.c.id).where(CUSTOMERS.c.id == customer_id), form.terms()
            try:
                submit_once(form.key, lambda: share_customers(ids, terms))
            except Refused as refused:
                fill_errors(form, refused)
            else:
                flash(_("%(name)s is shared.", name=name), "success")
                return redirect(url_for("customers.show", customer_id=customer_id, _anchor="shares"))
    back = url_for("customers.show", customer_id=customer_id)
    page = render_template(
        "customers/share.html", form=form, title=_("Share %(name)s", name=name), back=back, fields=()
    )
    return page, status


@requires(SHARE)
def share_several() -> Any:
    """The same for the customers chosen in a list: all of them, or none."""
    from ..pages import list_view

    chosen = selected(list_view())
    sent = bool(request.form.get("confirmed"))
    form, status = ShareForm(request.form if sent else None), 200
    form.prepare()
    back = back_to(url_for("customers.index"))
    if sent:
        status = 422
        if form.validate():
            terms = form.terms()
            try:
                count = int(submit_once(form.key, lambda: share_customers(chosen.ids, terms)))
            except Refused as refused:
                fill_errors(form, refused)
            else:
                flash(ngettext("%(num)s customer is shared.", "%(num)s customers are shared.", count), "success")
                return redirect(back)
    title = ngettext("Share %(num)s customer", "Share %(num)s customers", chosen.count)
    fields = [*chosen.fields, ("confirmed", "1")]
    return render_template("customers/share.html", form=form, title=title, back=back, fields=fields), status


@requires(SHARE)
def end(customer_id: int, share_id: int) -> Any:
    """Take access back at once."""
    if share_by_id(share_id).customer_id != customer_id:
        abort(404)
    try:
        with writing():
            end_share(share_id)
    except Refused as refused:
        flash(str(refused), "error")
    else:
        flash(_("The access is taken back; it opens nothing any more."), "success")
    return redirect(url_for("customers.show", customer_id=customer_id, _anchor="shares"))
