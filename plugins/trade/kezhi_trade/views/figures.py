"""The company's list of figures that customers declare (TRD-07)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kezhi import Refused, requires, writing
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from .. import services
from ..forms import ChangeForm, FigureForm
from ..labels import UNIT_LABELS
from ..services.figures import usage


@requires("trade.figures")
def index() -> Any:
    """The list with what stands behind each figure; a new one, or one that is being renamed."""
    form = FigureForm()
    if form.validate_on_submit():
        try:
            submit_once(form.key, lambda: _save(form))
        except Refused as refused:
            fill_errors(form, refused)
        else:
            flash(_("The list is saved."), "success")
            return redirect(url_for("trade.figures"))
    elif request.method == "GET":
        _open(form)
    page = render_template(
        "trade/figures.html", figures=services.all_figures(), usage=usage(), units=UNIT_LABELS, form=form
    )
    return page, 422 if form.errors or form.form_errors else 200


@requires("trade.figures")
def change() -> Any:
    """Retire, restore or move a figure."""
    form = ChangeForm()
    if form.validate_on_submit() and form.figure.data:
        figure, version = form.figure.data, form.version.data or 0
        acts: dict[str, Any] = {
            "retire": lambda: services.retire_figure(figure, version),
            "restore": lambda: services.restore_figure(figure, version),
            "up": lambda: services.move_figure(figure, up=True),
            "down": lambda: services.move_figure(figure, up=False),
        }
        act = acts.get(form.what.data or "")
        if act is not None:
            try:
                with writing():
                    act()
            except Refused as refused:
                flash(str(refused), "error")
    return redirect(url_for("trade.figures"))


def _save(form: FigureForm) -> int:
    if form.figure.data:
        services.rename_figure(form.figure.data, form.version.data or 0, form.values())
        return int(form.figure.data)
    return int(services.add_figure(form.values()).id)


def _open(form: FigureForm) -> None:
    """Show the figure that is to be renamed."""
    wanted = request.args.get("figure", type=int)
    for figure in services.all_figures():
        if figure["id"] == wanted:
            form.process(data={**figure, "figure": figure["id"], "key_name": figure["key"]})
