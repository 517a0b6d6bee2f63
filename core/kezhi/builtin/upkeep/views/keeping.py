"""Where the copies of base files are, and the manager's guidance (CUS-16)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from kezhi import NotFound, Refused, can, clock, requires
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _, ngettext

from ...customers.services import customer_by_id
from ...lists.bulk import back_to, selected
from ..copying import KINDS
from ..forms.keeping import CopiesForm, GuidanceForm, ManyCopiesForm
from ..forms.protection import whole
from ..guidance_lists import guidance_list
from ..rules import COPIES, GUIDANCE, GUIDE
from ..services import keeping


def _customer(customer_id: int | None) -> Any:
    try:
        return customer_by_id(customer_id or 0)
    except NotFound:
        abort(404)


@requires(COPIES)
def copies(customer_id: int) -> Any:
    """Record where both copies of a base file are."""
    customer = _customer(customer_id)
    stored: dict[str, Any] = {}
    for kind, (row, _name) in keeping.copies_of(customer_id).items():
        stored |= {f"{kind}_place": row.place, f"{kind}_holder": str(row.holder_id)}
        stored[f"{kind}_compared_on"] = row.compared_on
    form = CopiesForm(data=stored)
    form.prepare()
    if form.validate_on_submit():
        try:
            submit_once(form.key, lambda: keeping.keep(customer_id, form.places()))
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("Where the copies are is recorded."), "success")
            return redirect(url_for("customers.show", customer_id=customer_id, tab="keeping"))
    page = render_template("upkeep/copies.html", form=form, customer=customer, kinds=KINDS)
    return page, 422 if form.is_submitted() else 200


@requires(COPIES)
def copies_many() -> Any:
    """Record one place for a copy of the chosen files."""
    from ...customers.pages import list_view

    chosen, confirmed = selected(list_view()), bool(request.form.get("confirmed"))
    form = ManyCopiesForm() if confirmed else ManyCopiesForm(formdata=None)
    form.prepare()
    if confirmed and form.validate():
        place = keeping.Place(form.place.data or "", whole(form.holder.data), form.compared_on.data)
        try:
            count = int(submit_once(form.key, lambda: keeping.keep_many(chosen.ids, form.kind.data, place)))
        except Refused as error:
            name = (error.field or "").removeprefix(f"{form.kind.data}_")
            fill_errors(form, Refused(str(error), field=name))
        else:
            text = ngettext("The copy of %(num)s file is recorded.", "The copies of %(num)s files are recorded.", count)
            flash(text, "success")
            return redirect(back_to(url_for("customers.index")))
    given: dict[str, Any] = {"chosen": chosen, "form": form, "back": back_to(url_for("customers.index"))}
    return render_template("upkeep/copies_many.html", **given), 422 if confirmed else 200


@requires(GUIDANCE)
def guidance() -> Any:
    """The supervision and guidance that one may read."""
    return guidance_list().respond("upkeep/guidance.html", may_write=can(GUIDE))


@requires(GUIDE)
def guide() -> Any:
    """Record supervision or guidance, perhaps about a customer file (``?customer=``)."""
    customer_id = request.args.get("customer", type=int)
    customer = _customer(customer_id) if "customer" in request.args else None
    form = GuidanceForm(data={"on_day": clock.today()})
    form.prepare()
    if form.validate_on_submit():
        values = (form.text.data or "", form.on_day.data, customer_id, whole(form.person.data) or None)
        try:
            submit_once(form.key, lambda: keeping.guide(*values).id)
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("The entry is recorded."), "success")
            page = url_for("customers.show", customer_id=customer_id, tab="keeping") if customer else ""
            back = page or url_for("upkeep.guidance")
            return redirect(back)
    page = render_template("upkeep/guide.html", form=form, customer=customer)
    return page, 422 if form.is_submitted() else 200
