"""The pages of disputes (TRD-09)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kezhi import Conflict, ListView, Refused, can, requires, writing
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.services import may_change
from kezhi.builtin.lists.bulk import back_to
from kezhi.builtin.lists.contributions import Board
from kezhi.builtin.search.services import list_search
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _, lazy_pgettext

from .. import services
from ..columns import dispute_columns
from ..complaints import complaint_url
from ..forms import Difference, DisputeForm
from ..labels import DISPUTE_LABELS, DISPUTE_TONES, GRAVITY_LABELS, GRAVITY_TONES
from ..models import Dispute
from .shared import customer_of, read_version


@requires("trade.read")
def index() -> Any:
    """The register, the latest dispute first."""
    return dispute_list().respond("trade/disputes.html", can_write=can("trade.dispute"))


def dispute_list() -> ListView:
    """Disputes as a table, and as a board by state."""
    return ListView(
        name="trade.disputes",
        model=Dispute,
        columns=dispute_columns(),
        order=("happened_on", "desc"),
        search=list_search("trade.disputes", [Dispute.number, Dispute.subject]),
        link=lambda row: url_for("trade.dispute", dispute_id=row.id),
        title=_l("Disputes"),
        kind=_l("disputes"),
        matching=lazy_pgettext("disputes", "matching"),
        search_hint=lazy_pgettext("dispute", "Number or subject"),
        export_permission="trade.read",
        faces=(
            Board("state", "trade.move_dispute", "trade.dispute", card=("customer", "gravity", "happened_on"),
                  tones=_tone),
        ),
    )  # fmt: skip


def _tone(state: str) -> str:
    return DISPUTE_TONES[state]


@requires("trade.dispute")
def move() -> Any:
    """A dispute was moved to another lane of the board."""
    dispute = services.find_dispute(request.form.get("id", type=int, default=0))
    lane, number = request.form.get("lane", ""), dispute.number
    try:
        with writing():
            services.update_dispute(dispute.id, dispute.version, {"state": lane})
    except Refused as error:
        flash(str(error), "error")
    else:
        flash(_("Dispute %(number)s: %(state)s.", number=number, state=DISPUTE_LABELS[lane]), "success")
    return redirect(back_to(url_for("trade.disputes", face="board")))


@requires("trade.read")
def show(dispute_id: int) -> str:
    """One dispute."""
    dispute = services.find_dispute(dispute_id)
    customer = customer_of(dispute)
    return render_template(
        "trade/dispute.html",
        dispute=dispute,
        customer=customer,
        gravity=(GRAVITY_LABELS[dispute.gravity], GRAVITY_TONES[dispute.gravity]),
        state=(DISPUTE_LABELS[dispute.state], DISPUTE_TONES[dispute.state]),
        can_change=may_change(customer, "trade.dispute"),
        complaint_url=complaint_url(dispute),
    )


@requires("trade.dispute")
def new() -> Any:
    """Enter a dispute."""
    form = DisputeForm()
    if request.method == "GET":
        form.fill_new(request.args.get("customer", ""))
    elif form.validate_on_submit():
        try:
            values = form.values()
            dispute_id = int(submit_once(form.key, lambda: services.create_dispute(values).id))
        except Refused as error:
            fill_errors(form, error)
        else:
            number = services.find_dispute(dispute_id).number
            flash(_("Dispute %(number)s is entered.", number=number), "success")
            return redirect(url_for("trade.dispute", dispute_id=dispute_id))
    return _form_page(form, None, [])


@requires("trade.dispute")
def edit(dispute_id: int) -> Any:
    """Change a dispute, or say how it came out."""
    dispute = services.find_dispute(dispute_id)
    form, differences = DisputeForm(), []
    if request.method == "GET":
        form.fill(dispute, customer_of(dispute).code or "")
    elif form.validate_on_submit():
        version, number = read_version(form.version.data), dispute.number
        try:
            values = form.values()
            submit_once(form.key, lambda: services.update_dispute(dispute_id, version, values).id)
        except Conflict as conflict:
            fill_errors(form, conflict)
            dispute = services.find_dispute(dispute_id)
            differences = form.meet(dispute, customer_of(dispute).code or "")
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("Dispute %(number)s is saved.", number=values["number"] or number), "success")
            return redirect(url_for("trade.dispute", dispute_id=dispute_id))
    return _form_page(form, services.find_dispute(dispute_id), differences)


def _form_page(form: DisputeForm, dispute: Dispute | None, differences: list[Difference]) -> tuple[str, int]:
    page = render_template("trade/dispute_form.html", form=form, dispute=dispute, differences=differences)
    return page, 422 if form.errors or form.form_errors else 200
