"""The pages of schemes: all of them, one of them, and loading one."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from kezhi import NotFound, Refused, can, localised, requires, writing
from kezhi.forms import fill_errors, submit_once

from .. import services
from ..forms import ActionForm, UploadForm
from ..reading import LARGEST_FILE, SchemeRefused
from ..scheme_pages import scheme_page
from ..words import _


@requires("grading.read")
def schemes() -> str:
    """All schemes in their newest versions."""
    rows = [(row, services.scheme_of(row)) for row in services.latest_versions()]
    return render_template(
        "grading/schemes.html", rows=rows, primary=services.primary_key(), can_load=can("grading.schemes")
    )


@requires("grading.read")
def scheme(key: str) -> str:
    """One version of a scheme, readable."""
    version = request.args.get("version", type=int)
    try:
        row = services.current_version(key, version)
    except NotFound:
        abort(404)
    return render_template("grading/scheme.html", **scheme_page(row), primary=services.primary_key(), form=ActionForm())


@requires("grading.schemes")
def make_primary(key: str) -> Any:
    """Choose the scheme whose grade is shown everywhere."""
    if ActionForm().validate_on_submit():
        try:
            with writing():
                services.set_primary(key)
        except NotFound:
            abort(404)
        flash(_("The primary grade is chosen: lists and customer pages show it from now on."), "success")
    return redirect(url_for("grading.scheme", key=key))


@requires("grading.schemes")
def upload() -> Any:
    """Load a scheme's TOML file; all problems are shown at once."""
    form, problems = UploadForm(), []
    if form.validate_on_submit():
        source = form.file.data.stream.read(LARGEST_FILE + 1)
        try:
            result = submit_once(form.key, lambda: _loaded(source, form.reason.data or ""))
        except SchemeRefused as error:
            problems = error.problems
        except Refused as error:
            fill_errors(form, error)
        else:
            key, _space, new = result.partition(" ")
            row = services.current_version(key)
            words = _("%(title)s is loaded as version %(version)s.") if new else _("%(title)s is unchanged.")
            flash(words % {"title": localised(row.title), "version": row.version}, "success")
            return redirect(url_for("grading.scheme", key=key))
    return render_template("grading/upload.html", form=form, problems=problems)


def _loaded(source: bytes, reason: str) -> str:
    row, new = services.load_scheme(source, reason)
    return f"{row.key} {'new' if new else ''}"
