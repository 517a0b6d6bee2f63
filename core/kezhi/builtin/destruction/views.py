"""Pages of destruction: the register, one proposal, proposing, keeping one file back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from kezhi import NotFound, Refused, acting_user, clock, db, requires
from kezhi.db import end_reading
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from ..lists.bulk import back_to, selected
from . import pages, services
from .forms import KeepForm, ProposalForm
from .models import Item
from .rules import PROPOSE, READ
from .services.proposing import MOST


def blueprint() -> Blueprint:
    """``/destruction`` and what is below it."""
    found = Blueprint("destruction", __name__, url_prefix="/destruction")
    found.add_url_rule("", "index", index)
    found.add_url_rule("/<int:proposal_id>", "show", show)
    found.add_url_rule("/<int:proposal_id>/keep/<int:customer_id>", "keep", keep, methods=["GET", "POST"])
    found.add_url_rule("/propose/<int:customer_id>", "propose", propose, methods=["GET", "POST"])
    found.add_url_rule("/propose", "propose_chosen", propose_chosen, methods=["POST"])
    return found


@requires(READ)
def index() -> Any:
    """The register."""
    return pages.register_view().respond("destruction/index.html")


@requires(READ)
def show(proposal_id: int) -> Any:
    """One proposal: what was decided about each file and what became of it."""
    try:
        proposal = services.proposal_by_id(proposal_id)
    except NotFound:
        abort(404)
    return render_template("destruction/show.html", **pages.proposal_page(proposal, acting_user()))


@requires(PROPOSE)
def propose(customer_id: int) -> Any:
    """Propose one file."""
    lines = pages.chosen_lines([customer_id])
    if not lines:
        abort(404)
    form = ProposalForm()
    back = url_for("customers.show", customer_id=customer_id, tab="keeping")
    return _propose([customer_id], lines, form, back, (), begun=request.method == "POST")


@requires(PROPOSE)
def propose_chosen() -> Any:
    """Propose the files that were chosen in a list of customers."""
    from ..customers.pages import list_view

    chosen = selected(list_view())
    begun = bool(request.form.get("confirmed"))
    form = ProposalForm() if begun else ProposalForm(formdata=None)
    lines = pages.chosen_lines(chosen.ids)
    back = back_to(url_for("customers.index"))
    if len(lines) > MOST:
        flash(_("No more than %(most)s files can be proposed at once: the signers look at each.", most=MOST), "error")
        return redirect(back)
    return _propose([line[0] for line in lines], lines, form, back, chosen.fields, begun=begun)


def _propose(ids: list[int], lines: Any, form: ProposalForm, back: str, fields: Any, *, begun: bool) -> Any:
    if begun and form.validate_on_submit():
        try:
            made = submit_once(
                form.key,
                lambda: (
                    services.propose_destruction(
                        ids, form.scope.data or "", form.reason.data or "", form.basis.data or ""
                    ).id
                ),
            )
        except Refused as refused:
            fill_errors(form, refused)
        else:
            flash(_("Proposed. Three people sign it one after the other; nothing goes before."), "success")
            return redirect(url_for("destruction.show", proposal_id=int(made)))
    found = {
        "lines": lines,
        "form": form,
        "back": back,
        "fields": fields,
        "obstacles": services.obstacles(ids, clock.today()),
        "goes": services.what_goes(ids),
    }
    end_reading()
    page = render_template("destruction/propose.html", **found)
    return page, 422 if form.errors or form.form_errors else 200


@requires(READ)
def keep(proposal_id: int, customer_id: int) -> Any:
    """Keep one file of a proposal back."""
    try:
        proposal = services.proposal_by_id(proposal_id)
    except NotFound:
        abort(404)
    item = db.session.get(Item, (proposal_id, customer_id))
    if item is None:
        abort(404)
    form, code = KeepForm(), item.code
    if form.validate_on_submit():
        try:
            submit_once(form.key, lambda: services.keep_back(proposal_id, customer_id, form.reason.data or "").code)
        except Refused as refused:
            fill_errors(form, refused)
        else:
            flash(_("%(code)s stays: whoever carries the proposal out is bound by it.", code=code), "success")
            return redirect(url_for("destruction.show", proposal_id=proposal_id))
    may = services.may_keep(proposal, acting_user())
    page = render_template("destruction/keep.html", proposal=proposal, item=item, form=form, may=may)
    return page, 422 if form.errors or form.form_errors else 200
