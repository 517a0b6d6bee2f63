"""The import pages: upload, columns, dry run, result."""

from __future__ import annotations

import csv
import io
import re
from pathlib import PurePath
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for

from kezhi import Conflict, NotFound, Refused, acting_user, db, requires
from kezhi.audit import record_alone
from kezhi.i18n import _, ngettext

from ..lists.files import MEDIA
from . import services
from .cells import neutralised, shortened
from .forms import UploadForm
from .mapping import match
from .models import APPLIED, APPLYING, CHECKED, LOADING, REVERTED, REVERTING, UNMAPPED, Batch, Row
from .pages import FieldRow, state_chip, steps
from .reading import MOST_BYTES, MOST_ROWS
from .services import reports

RECENT = 20  #: imports on the first page
SHOWN = 200  #: problems on a page; the error file has all


def blueprint() -> Blueprint:
    """The pages under ``/imports``."""
    pages = Blueprint("imports", __name__, url_prefix="/imports")
    pages.add_url_rule("", "index", index)
    pages.add_url_rule("", "upload", upload, methods=["POST"])
    pages.add_url_rule("/template/<kind>.csv", "template", template)
    pages.add_url_rule("/<int:batch_id>", "show", show)
    pages.add_url_rule("/<int:batch_id>/columns", "columns", columns)
    pages.add_url_rule("/<int:batch_id>/columns", "map_columns", map_columns, methods=["POST"])
    pages.add_url_rule("/<int:batch_id>/cells", "mend", mend, methods=["POST"])
    pages.add_url_rule("/<int:batch_id>/apply", "apply", apply, methods=["POST"])
    pages.add_url_rule("/<int:batch_id>/discard", "discard", discard, methods=["POST"])
    pages.add_url_rule("/<int:batch_id>/errors.<any(csv,xlsx):format>", "errors", errors)
    pages.add_url_rule("/<int:batch_id>/revert", "revert", revert)
    pages.add_url_rule("/<int:batch_id>/revert", "carry_out_revert", carry_out_revert, methods=["POST"])
    return pages


def _batch(batch_id: int) -> Batch:
    """A batch of the user, of a kind the user may still import; anything else does not exist."""
    try:
        batch = services.batch_for(batch_id)
        services.importer_for(batch.kind)
    except NotFound:
        abort(404)
    return batch


@requires("imports.use")
def index() -> str:
    """Choose a file; the latest imports."""
    form = UploadForm()
    form.offer(services.importers_of().values())
    if request.args.get("kind"):
        form.kind.data = request.args["kind"]
    return _first_page(form)


def _first_page(form: UploadForm, problem: str = "") -> str:
    importers = services.importers_of()
    return render_template(
        "imports/index.html",
        form=form,
        problem=problem,
        importers=importers,
        recent=services.batches(RECENT),
        state_chip=state_chip,
        most_megabytes=MOST_BYTES // 1024**2,
        most_rows=MOST_ROWS,
    )


@requires("imports.use")
def upload() -> Any:
    """Read and check a file; nothing is written to the records."""
    form = UploadForm()
    form.offer(services.importers_of().values())
    if not form.validate():
        return _first_page(form), 422
    file = form.file.data
    name = shortened(PurePath((file.filename or "").replace("\\", "/")).name)[:200]
    try:
        batch = services.accept(form.kind.data, file.stream.read(MOST_BYTES + 1), name)
    except NotFound:
        abort(404)
    except Refused as error:
        return _first_page(form, str(error)), 422
    return redirect(url_for("imports.show", batch_id=batch.id))


@requires("imports.use")
def template(kind: str) -> Response:
    """An empty file with the columns of a kind."""
    try:
        importer = services.importer_for(kind)
    except NotFound:
        abort(404)
    output = io.StringIO(newline="")
    csv.writer(output).writerow([neutralised(str(each.label)) for each in importer.fields])
    return _download(output.getvalue().encode("utf-8-sig"), f"{importer.title}.csv")


@requires("imports.use")
def show(batch_id: int) -> Any:
    """The dry run, or the result; a file that still needs its columns named goes there first."""
    batch = _batch(batch_id)
    if batch.state == UNMAPPED:
        return redirect(url_for("imports.columns", batch_id=batch_id))
    if batch.state == CHECKED:
        return _check_page(batch)
    importer = services.importer_for(batch.kind)
    if batch.state in (LOADING, APPLYING, REVERTING):
        done = 100 * batch.rows // batch.expected if batch.state == LOADING and batch.expected else None
        return render_template(
            "imports/progress.html", batch=batch, importer=importer, steps=steps(batch), done=done,
            job_id=services.job_of(batch),
        )  # fmt: skip
    return render_template(
        "imports/result.html",
        batch=batch,
        importer=importer,
        good=batch.rows - batch.failed,
        counts=reports.problem_counts(batch),
        problems=reports.problems(batch, "error", SHOWN),
        warnings=reports.problems(batch, "warning", SHOWN),
        steps=steps(batch),
        can_revert=batch.state == APPLIED and importer.reversal is not None,
    )


def _check_page(batch: Batch, typed: dict[tuple[int, int], str] | None = None, problem: str = "") -> str:
    """The dry run: its counts, and the rows with errors or warnings as a grid."""
    importer = services.importer_for(batch.kind)
    counts = reports.problem_counts(batch)
    asked = request.values.get("show", "")
    level = (
        asked if asked in ("error", "warning") else "error" if counts["error"] or not counts["warning"] else "warning"
    )
    after = request.values.get("after", "")
    return render_template(
        "imports/check.html",
        batch=batch,
        importer=importer,
        good=batch.rows - batch.failed,
        counts=counts,
        level=level,
        grid=services.grid(importer, batch, level, int(after) if after.isascii() and after.isdigit() else 0, typed),
        problem=problem,
        seen=services.seen_before(batch),
        steps=steps(batch),
        remembered=services.is_remembered(acting_user(), importer, batch),
    )


CELL = re.compile(r"cell-([0-9]{1,7})-([0-9]{1,3})")


@requires("imports.use")
def mend(batch_id: int) -> Any:
    """Put what was typed into the cells, and check all rows again."""
    batch = _batch(batch_id)
    typed = {
        (int(found[1]), int(found[2])): text for name, text in request.form.items() if (found := CELL.fullmatch(name))
    }
    revision = request.form.get("revision", "")
    known = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else 0
    try:
        count = services.mend(batch_id, known, typed, alike=bool(request.form.get("alike")))
    except NotFound:
        abort(404)
    except Refused as error:
        batch = _batch(batch_id)
        if batch.state != CHECKED:
            flash(str(error), "error")
            return redirect(url_for("imports.show", batch_id=batch_id))
        return _check_page(batch, typed, str(error)), 409 if isinstance(error, Conflict) else 422
    left = _batch(batch_id).failed
    flash(
        ngettext("%(num)s cell was changed.", "%(num)s cells were changed.", count)
        + " "
        + (ngettext("%(num)s row still has errors.", "%(num)s rows still have errors.", left) if left
           else _("No row has an error any more.")),
        "success",
    )  # fmt: skip
    return redirect(url_for("imports.show", batch_id=batch_id, show=request.form.get("show") or None))


@requires("imports.use")
def columns(batch_id: int) -> Any:
    """Say which column fills which field."""
    batch = _batch(batch_id)
    if batch.state not in (UNMAPPED, CHECKED):
        return redirect(url_for("imports.show", batch_id=batch_id))
    wanted = batch.mapping if batch.state == CHECKED else {}
    return _columns_page(batch, wanted, show_problems=batch.state == UNMAPPED)


def _columns_page(batch: Batch, wanted: dict[str, str], *, show_problems: bool = True) -> str:
    importer = services.importer_for(batch.kind)
    found = match(importer, batch.header, wanted)
    sample = db.session.scalars(
        db.select(Row.raw).where(Row.batch_id == batch.id).order_by(Row.row).limit(1)
    ).one_or_none() or [""] * len(batch.header)
    fields = [
        FieldRow(
            key=each.key,
            label=str(each.label),
            required=each.required,
            place=found.fields.get(each.key),
            sample=sample[found.fields[each.key]] if each.key in found.fields else "",
            several=tuple(found.doubled.get(each.key, ())),
        )
        for each in importer.fields
    ]
    return render_template(
        "imports/columns.html",
        batch=batch,
        importer=importer,
        fields=fields,
        ignored=found.ignored,
        show_problems=show_problems,
        steps=steps(batch, at_columns=True),
    )


@requires("imports.use")
def map_columns(batch_id: int) -> Any:
    """Read the staged rows again with the columns the person chose."""
    batch = _batch(batch_id)
    wanted: dict[str, str] = {}
    for each in services.importer_for(batch.kind).fields:
        place = request.form.get(f"map-{each.key}", "")
        known = place.isascii() and place.isdigit() and int(place) < len(batch.header)
        wanted[each.key] = batch.header[int(place)] if known else ""
    try:
        found = services.restage(batch_id, wanted)
    except NotFound:
        abort(404)
    except Refused as error:
        batch = _batch(batch_id)
        if batch.state not in (UNMAPPED, CHECKED):
            flash(str(error), "error")
            return redirect(url_for("imports.show", batch_id=batch_id))
        return _columns_page(batch, wanted), 422
    return redirect(url_for("imports.show", batch_id=found.id))


@requires("imports.use")
def apply(batch_id: int) -> Any:
    """Carry out the batch. A second click finds it done and shows the result."""
    _batch(batch_id)
    try:
        services.start_apply(batch_id, request.form.get("rows") == "good")
    except Refused as error:
        flash(str(error), "error")
    return redirect(url_for("imports.show", batch_id=batch_id))


@requires("imports.use")
def discard(batch_id: int) -> Any:
    """Erase what was staged."""
    _batch(batch_id)
    try:
        services.discard(batch_id)
        flash(_("The import was discarded. Nothing was written."), "success")
    except Refused as error:
        flash(str(error), "error")
        return redirect(url_for("imports.show", batch_id=batch_id))
    return redirect(url_for("imports.index"))


@requires("imports.use")
def revert(batch_id: int) -> Any:
    """What reverting the import would do, and what stands in its way."""
    batch = _batch(batch_id)
    return render_template(
        "imports/revert.html", batch=batch, importer=services.importer_for(batch.kind), plan=services.plan(batch)
    )


@requires("imports.use")
def carry_out_revert(batch_id: int) -> Any:
    """Revert all of it, or what still can be."""
    _batch(batch_id)
    try:
        batch = services.start_revert(batch_id, request.form.get("rows") == "can")
    except NotFound:
        abort(404)
    except Refused as error:
        flash(str(error), "error")
        return redirect(url_for("imports.revert", batch_id=batch_id))
    if batch.state == REVERTING:
        return redirect(url_for("imports.show", batch_id=batch_id))
    flash(
        _("The import was reverted.") if batch.state == REVERTED else _("What could be reverted is reverted."),
        "success",
    )
    return redirect(url_for("imports.show", batch_id=batch_id))


@requires("imports.use")
def errors(batch_id: int, format: str) -> Response:
    """The rows with errors as they came, with the reasons."""
    batch = _batch(batch_id)
    if not batch.failed:
        abort(404)
    content, failed = (services.error_file if format == "csv" else services.error_workbook)(batch), batch.failed
    name = _("Errors of %(name)s", name=PurePath(batch.filename).stem) + f".{format}"
    record_alone("import.errors", "import", batch_id, rows=failed, format=format)
    return _download(content, name, MEDIA[format])


def _download(content: bytes, name: str, media: str = MEDIA["csv"]) -> Response:
    return send_file(io.BytesIO(content), mimetype=media, as_attachment=True, download_name=name)
