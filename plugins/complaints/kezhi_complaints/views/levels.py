"""The pages of service levels, and what a customer wants of us (CMP-30)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from kezhi import Conflict, Refused, can, requires, writing
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from ..access import HANDLE, LEVELS, READ
from ..clock_words import CLOCK_WORDS, STOP_WORDS, span_text
from ..forms import LevelForm
from ..forms.levels import hours_text
from ..services import levels
from ..services.clocks import CLOCKS
from ..services.demands import set_demand

WORDS = {"clocks": CLOCKS, "words": CLOCK_WORDS, "stops": STOP_WORDS, "span": span_text, "hours": hours_text}


@requires(READ)
def index() -> str:
    """What every tier is promised."""
    return render_template(
        "complaints/levels.html", rows=levels.tiers_with_levels(), can_keep=can(LEVELS), **WORDS
    )  # fmt: skip


@requires(LEVELS)
def edit(tier: str) -> Any:
    """Promise a tier something else: a new version, with the reason."""
    found, row = levels.level_of(tier)
    form = LevelForm()
    if request.method == "GET":
        form.fill(row)
    elif form.validate_on_submit():
        try:
            version = int(form.version.data or "")
        except ValueError:
            abort(400)
        try:
            values, reason = form.values(), form.reason.data or ""
            submit_once(form.key, lambda: levels.change_level(tier, version, values, reason))
        except Conflict as error:
            fill_errors(form, error)
            form.version.data = str(levels.level_of(tier)[1]["version"])
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("The promise is saved. It holds for what comes in from now on."), "success")
            return redirect(url_for("complaints.levels"))
    page = render_template(
        "complaints/level_form.html", form=form, tier=found, versions=levels.versions_of(tier), **WORDS
    )
    return page, 422 if form.errors or form.form_errors else 200


@requires(HANDLE)
def demand(complaint_id: int) -> Any:
    """Put on record what the customer wants."""
    try:
        with writing():
            set_demand(complaint_id, request.form.get("demand", ""))
    except Refused as refused:
        flash(str(refused), "danger")
    return redirect(url_for("complaints.show", complaint_id=complaint_id))
