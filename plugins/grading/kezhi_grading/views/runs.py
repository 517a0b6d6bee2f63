"""The pages of runs: all of them, a new one, one of them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kezhi import Refused, can, requires
from kezhi.builtin.approvals.services import request_by_id, request_for
from kezhi.forms import fill_errors, submit_once

from .. import run_pages, run_steps, services
from ..forms import ActionForm, RunForm
from ..models import COMPUTED, PUBLISHED
from ..services.moves import movers, tones
from ..services.queries import version_of
from ..words import _
from .shared import document_url, run_or_404

MOVERS = 50


@requires("grading.read")
def index() -> str:
    """All runs, newest first."""
    rows = [(run, version, run_steps.state_of(run)) for run, version in services.runs()]
    return render_template("grading/index.html", rows=rows, can_run=can("grading.run"))


@requires("grading.run")
def new() -> Any:
    """Choose scheme and period, then compute."""
    form = RunForm()
    form.prepare()
    if request.method == "GET":
        form.fill_new(request.args.get("scheme", ""))
    elif form.validate_on_submit():
        key, start, end = form.scheme.data, form.start.data, form.end.data
        try:
            number = submit_once(form.key, lambda: services.run_scheme(key, start, end).number)
        except Refused as error:
            fill_errors(form, error)
        else:
            return redirect(url_for("grading.run", number=int(number)))
    return render_template("grading/run_form.html", form=form)


@requires("grading.read")
def run(number: int) -> str:
    """One run: how far it is, its figures, whose grade changes."""
    found = run_or_404(number)
    version = version_of(found)
    scheme = services.scheme_of(version)
    moves = services.moves(found, scheme)
    asked = request_for(services.KIND, str(found.id))
    known = tones(found, version)
    return render_template(
        "grading/run.html",
        run=found,
        version=version,
        scheme=scheme,
        steps=run_steps.run_steps(found, scheme, asked),
        tiles=run_pages.tiles(found, scheme, moves),
        pictures=run_pages.pictures(found, scheme, moves, known),
        totals=run_pages.totals(found, version, scheme),
        attention=run_pages.attention(found, scheme, moves),
        moves=moves,
        movers=run_pages.mover_rows(movers(found, MOVERS), known),
        most_movers=MOVERS,
        form=ActionForm(),
        asked=asked if asked and request_by_id(asked.id) else None,  # a link for who may open it
        state=run_steps.state_of(found),
        why_not=run_steps.why_not(found, asked, can("grading.submit")),
        list_url=document_url("grading.annual_list", found.id, found.state == PUBLISHED),
        can_try=can("grading.run"),
        may_submit=found.state == COMPUTED and can("grading.submit") and found.graded > 0,
    )


@requires("grading.submit")
def submit(number: int) -> Any:
    """Put a run up for approval."""
    run_or_404(number)
    form = ActionForm()
    if form.validate_on_submit():
        try:
            name = services.submit(number).number
            flash(_("The run is put up for approval as %(number)s.", number=name), "success")
        except Refused as error:
            flash(str(error), "error")
    return redirect(url_for("grading.run", number=number))
