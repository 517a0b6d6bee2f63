"""From what the search found, which it knows by its id, to the page, which has a name that people can read."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, url_for

from kezhi import db, requires

from ..models import Run, SchemeVersion


@requires("grading.read")
def run_found(run_id: int) -> Any:
    """The page of a run."""
    run = db.session.get(Run, run_id)
    if run is None:
        abort(404)
    return redirect(url_for("grading.run", number=run.number))


@requires("grading.read")
def scheme_found(scheme_id: int) -> Any:
    """The page of a version of a scheme."""
    row = db.session.get(SchemeVersion, scheme_id)
    if row is None:
        abort(404)
    return redirect(url_for("grading.scheme", key=row.key, version=row.version))
