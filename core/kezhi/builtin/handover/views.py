"""The pages of hand-overs: the list, a new one with its preview, and what moved."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from kezhi import Refused, can, db, requires
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from ..accounts.models import Account
from . import services
from .forms import RECEIVERS, field_of, form_for, plan_of
from .rules import CARRY_OUT, SEE


def blueprint() -> Blueprint:
    """``/handovers``."""
    pages = Blueprint("handover", __name__, url_prefix="/handovers")
    pages.add_url_rule("", "index", index)
    pages.add_url_rule("/of/<int:user_id>", "new", new, methods=["GET", "POST"])
    pages.add_url_rule("/<int:run_id>", "show", show)
    pages.add_url_rule("/<int:run_id>/<part>", "part", part_page)
    return pages


@requires(SEE)
def index() -> str:
    """The hand-overs that one may see: all, or those in which one got something."""
    limit = 50
    rows = services.runs(request.args.get("before", type=int), limit)
    older = rows[-1][0].id if len(rows) == limit else None
    return render_template("handover/index.html", rows=rows, older=older, may_carry_out=can(CARRY_OUT))


@requires(CARRY_OUT)
def new(user_id: int) -> Any:
    """Who takes over what of a person; a preview first, then the hand-over itself."""
    person = db.session.get(Account, user_id)
    if person is None:
        abort(404)
    name, active = person.name, person.active
    found = services.holdings(user_id)
    form, preview, status = form_for(user_id, found, deactivate=active), None, 200
    if form.validate_on_submit():
        plan = plan_of(form, user_id, found)
        try:
            if request.form.get("step") == "carry_out":
                run_id = submit_once(form.key, lambda: services.carry_out(plan))
                flash(_("Everything is handed over."), "success")
                return redirect(url_for("handover.show", run_id=run_id))
            preview = services.try_out(plan)
        except Refused as refused:
            _place(form, refused)
            status = 422
    context = {"person": name, "user_id": user_id, "active": active, "holdings": found, "field_of": field_of}
    page = render_template("handover/new.html", form=form, preview=preview, receivers=RECEIVERS, **context)
    return page, status


def _place(form: Any, refused: Refused) -> None:
    """A refusal stands at the field of its part, or at the first receiver."""
    name = refused.field or ""
    field = RECEIVERS[0] if name == "receivers" else field_of(name) if field_of(name) in form else name
    fill_errors(form, Refused(str(refused), field=field))


@requires(SEE)
def show(run_id: int) -> str:
    """What moved to whom; who only received sees their own share."""
    return render_template("handover/show.html", told=services.told(run_id), may_carry_out=can(CARRY_OUT))


@requires(SEE)
def part_page(run_id: int, part: str) -> str:
    """All records of one part, page by page."""
    told = services.told(run_id)
    shown = next((each for each in told.parts if each.key == part), None)
    if shown is None:
        abort(404)
    lines, older = services.lines(told.run, part, request.args.get("after", type=int, default=0))
    return render_template("handover/part.html", told=told, part=shown, lines=lines, older=older)
