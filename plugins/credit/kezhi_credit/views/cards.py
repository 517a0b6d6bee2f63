"""The built-in score card, and the list of sources (CRD-01, CRD-02)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kezhi import Refused, can, localised, requires, setting, writing
from kezhi.builtin.customers.services import score_cards
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from .. import services
from ..forms.cards import MISSING_LABELS, card_form
from ..forms.investigations import SourceForm
from ..quantities import shown, typed
from ..services.cards import MOST_BANDS, MOST_CRITERIA


@requires("credit.read")
def card() -> str:
    """The score card in force, or an earlier version of it."""
    present = services.card_in_force()
    wanted = request.args.get("version", type=int) or present.version
    row = services.card_version(wanted)
    chosen = str(setting("credit", "score_scheme") or "")
    other = score_cards().get(chosen) if chosen else None
    return render_template(
        "credit/card.html", card=services.read_card(row.version, row.definition), row=row, present=present,
        versions=services.card_versions(), other=localised(other.title) if other else "", localised=localised,
        classes={each["key"]: each for each in services.all_classes()}, title_of=services.title_of, shown=shown,
        typed=typed, missing=MISSING_LABELS, can_keep=can("credit.classes"),
    )  # fmt: skip


@requires("credit.classes")
def edit_card() -> Any:
    """Another version of the score card, with the reason."""
    present = services.card_in_force()
    if request.method == "GET":
        form = card_form(present)
        form.fill(present)
        return render_template("credit/card_form.html", form=form)
    form = _typed_form(present)
    if request.form.get("step") == "add" or not form.validate_on_submit():
        status = 200 if request.form.get("step") == "add" else 422
        return render_template("credit/card_form.html", form=form), status
    try:
        wanted, reason = form.card(), form.reason.data or ""
        version = submit_once(form.key, lambda: services.save_card(wanted, reason))
    except Refused as error:
        fill_errors(form, error)
        return render_template("credit/card_form.html", form=form), 422
    flash(_("Version %(version)s of the score card holds from now on.", version=version), "success")
    return redirect(url_for("credit.card"))


def _typed_form(present: Any) -> Any:
    """The form with the criteria that were sent, and the one that is to be added."""
    keys, lines = [], {}
    for n in range(MOST_CRITERIA):
        if key := request.form.get(f"metric_{n}"):
            keys.append(key)
            lines[key] = sum(f"points_{n}_{m}" in request.form for m in range(MOST_BANDS))
    if request.form.get("step") == "add" and (added := request.form.get("add")):
        keys.append(added)
    return card_form(present, keys, lines)


@requires("credit.classes")
def sources() -> Any:
    """The sources that investigators are asked about; a further one."""
    form = SourceForm()
    if form.validate_on_submit():
        zh, en = form.zh.data or "", form.en.data or ""
        try:
            submit_once(form.key, lambda: services.save_source(None, zh, en))
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("The source is in the list."), "success")
            return redirect(url_for("credit.sources"))
    page = render_template("credit/sources.html", form=form, sources=services.all_sources())
    return page, 422 if form.errors or form.form_errors else 200


@requires("credit.classes")
def edit_source(source_id: int) -> Any:
    """What a source is called."""
    row, form = services.source_by_id(source_id), SourceForm()
    if request.method == "GET":
        form.zh.data, form.en.data = row["zh"], row["en"]
    elif form.validate_on_submit():
        zh, en = form.zh.data or "", form.en.data or ""
        try:
            submit_once(form.key, lambda: services.save_source(source_id, zh, en))
        except Refused as error:
            fill_errors(form, error)
        else:
            return redirect(url_for("credit.sources"))
    page = render_template("credit/source_form.html", form=form, row=row)
    return page, 422 if form.errors or form.form_errors else 200


@requires("credit.classes")
def retire_source(source_id: int) -> Any:
    """Ask about a source no more, or again."""
    try:
        with writing():
            services.retire_source(source_id, request.form.get("what") == "retire")
    except Refused as error:
        flash(str(error), "error")
    return redirect(url_for("credit.sources"))
