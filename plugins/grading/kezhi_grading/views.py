"""The pages of grading."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, stream_with_context, url_for

from kezhi import ListView, NotFound, Refused, can, localised, requires, writing
from kezhi import lazy_gettext as _l
from kezhi.audit import record_alone
from kezhi.builtin.approvals.services import request_by_id, request_for
from kezhi.builtin.customers.models import Customer
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import lazy_pgettext
from kezhi.visibility import visible

from . import pages, services
from .columns import result_list_columns
from .commands import neutral
from .editor.views import add_to as add_editor
from .forms import ActionForm, RunForm, UploadForm
from .models import COMPUTED, PUBLISHED, Result, Run
from .reading import LARGEST_FILE, SchemeRefused
from .scheme_pages import scheme_page
from .services.explanation import Explanation, explain_customer
from .services.queries import movers, seen, version_of, visible_counts
from .services.standing import current_grade
from .words import _

MOVERS = 50


def blueprint() -> Blueprint:
    """The pages under ``/grading``."""
    blue = Blueprint("grading", __name__, url_prefix="/grading")
    rule = blue.add_url_rule
    rule("", "index", index)
    rule("/runs/new", "new", new, methods=["GET", "POST"])
    rule("/runs/<int:number>", "run", run)
    rule("/runs/<int:number>/submit", "submit", submit, methods=["POST"])
    rule("/runs/<int:number>/results", "results", results)
    rule("/runs/<int:number>/results.csv", "results_csv", results_csv)
    rule("/runs/<int:number>/customers/<int:customer_id>", "explain", explain)
    rule("/customers/<int:customer_id>", "why", why)
    rule("/schemes", "schemes", schemes)
    rule("/schemes/new", "upload", upload, methods=["GET", "POST"])
    rule("/schemes/<key>", "scheme", scheme)
    rule("/schemes/<key>/primary", "make_primary", make_primary, methods=["POST"])
    add_editor(blue)
    return blue


def _run(number: int) -> Run:
    try:
        return services.run_by_number(number)
    except NotFound:
        abort(404)


@requires("grading.read")
def index() -> str:
    """All runs, newest first."""
    rows = [(run, version, pages.state_of(run)) for run, version in services.runs()]
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
    found = _run(number)
    version = version_of(found)
    scheme = services.scheme_of(version)
    counts = visible_counts(found)
    asked = request_for(services.KIND, str(found.id))
    return render_template(
        "grading/run.html",
        run=found,
        version=version,
        scheme=scheme,
        steps=pages.run_steps(found, scheme, asked),
        distribution=pages.distribution(counts, scheme),
        graded=sum(counts.values()) - counts.get(None, 0),
        totals=pages.totals(found, version, scheme),
        attention=pages.attention(found, scheme),
        changes=services.changes(found),
        movers=pages.mover_rows(movers(found, MOVERS), scheme),
        most_movers=MOVERS,
        form=ActionForm(),
        asked=asked if asked and request_by_id(asked.id) else None,  # a link for who may open it
        state=pages.state_of(found),
        why_not=pages.why_not(found, can("grading.submit")),
        list_url=_document_url("grading.annual_list", found.id, found.state == PUBLISHED),
        may_submit=found.state == COMPUTED and can("grading.submit") and found.graded > 0,
    )


def _document_url(kind: str, record_id: int, published: bool, variant: str = "") -> str:
    """Where a document of a published run is made, empty for who may not or without the documents builtin."""
    from .documents import offers

    if not published or not offers(kind):
        return ""
    return url_for("documents.make", kind=kind, record_id=record_id, variant=variant or None)


@requires("grading.submit")
def submit(number: int) -> Any:
    """Put a run up for approval."""
    _run(number)
    form = ActionForm()
    if form.validate_on_submit():
        try:
            name = services.submit(number).number
            flash(_("The run is put up for approval as %(number)s.", number=name), "success")
        except Refused as error:
            flash(str(error), "danger")
    return redirect(url_for("grading.run", number=number))


@requires("grading.read")
def results(number: int) -> Any:
    """The results of a run as a list."""
    found = _run(number)
    scheme = services.scheme_of(version_of(found))
    view = ListView(
        name="grading-results",
        model=Result,
        key=Result.customer_id,
        columns=result_list_columns(found, scheme),
        order=("grade", "asc"),
        search=[Result.code, Result.name],
        where=[Result.run_id == found.id, *seen()],
        link=lambda row: url_for("grading.explain", number=number, customer_id=row.id),
        title=_("Results of run %(number)s", number=number),
        kind=_l("results"),
        matching=lazy_pgettext("customers", "matching"),
    )
    list_url = _document_url("grading.annual_list", found.id, found.state == PUBLISHED)
    return view.respond("grading/results.html", run=found, scheme=scheme, list_url=list_url)


@requires("grading.read")
def results_csv(number: int) -> Response:
    """The results with all figures as CSV, on record before the first byte leaves."""
    found = _run(number)
    header = services.result_columns(services.scheme_of(version_of(found)))
    record_alone("grading.results.export", "grading.run", found.id, format="csv")
    found = _run(number)

    def pieces() -> Any:
        yield "\N{ZERO WIDTH NO-BREAK SPACE}" + _csv_line(header)
        for row in services.results(found):
            yield _csv_line([neutral(row[name]) for name in header])

    answer = Response(stream_with_context(pieces()), content_type="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=f"grading-run-{number}.csv")
    return answer


def _csv_line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()


@requires("grading.read")
def explain(number: int, customer_id: int) -> str:
    """Why a customer has its grade in a run."""
    found = _run(number)
    try:
        explanation = explain_customer(found, customer_id)
    except NotFound:
        abort(404)
    return _explain_page(explanation)


def _explain_page(explanation: Explanation) -> str:
    run, customer_id = explanation.run, explanation.result.customer_id
    sheet_url = _document_url("grading.assessment", customer_id, run.state == PUBLISHED, str(run.number))
    return render_template("grading/explain.html", sheet_url=sheet_url, **pages.explanation(explanation))


@requires("grading.read")
def why(customer_id: int) -> str:
    """Why a customer has the grade in force by the primary scheme."""
    from kezhi import db

    customer = db.session.scalars(visible(Customer).where(Customer.id == customer_id)).one_or_none()
    current = current_grade(customer_id, services.primary_key()) if customer is not None else None
    if current is None:
        abort(404)
    found = db.session.get_one(Run, current.run_id)
    return _explain_page(explain_customer(found, customer_id))


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
