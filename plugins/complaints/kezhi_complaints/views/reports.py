"""The monthly reports: their list, one of them, and its way to the signatures (CMP-20, CMP-17)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kezhi import Conflict, NotFound, Refused, can, requires, writing
from kezhi.builtin.accounts.services import tree as departments
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from ..forms.fields import Difference
from ..forms.reports import ReportForm, SubmitForm, VersionForm
from ..models import Report
from ..report_access import SEE_REPORTS, WRITE_REPORT
from ..report_pages import report_list, report_page
from ..services import report_signing, reports
from .registering import read_version


@requires(SEE_REPORTS)
def index() -> Any:
    """Every report, the latest first."""
    missing = reports.undrafted() if can(WRITE_REPORT) else []
    return report_list().respond("complaints/reports.html", missing=missing, form=VersionForm(formdata=None))


@requires(SEE_REPORTS)
def show(report_id: int) -> str:
    """One report, of the whole company or of a unit."""
    report = reports.report_by_id(report_id)
    unit = request.args.get("unit", type=int)
    places = departments()
    if request.args.get("unit") and unit not in {node.id for node in places}:
        raise NotFound(_("There is no such department."))
    form = VersionForm(formdata=None)
    form.version.data = str(report.version)
    return render_template("complaints/report.html", form=form, places=places, **report_page(report, unit))


@requires(WRITE_REPORT)
def draft() -> Any:
    """Draft the report on a month that is over and has none."""
    month = next((each for each in reports.undrafted() if f"{each:%Y-%m}" == request.form.get("month")), None)
    if month is None:
        flash(_("This month has a report already, or is not over yet."), "warning")
        return redirect(url_for("complaints.reports"))
    with writing():
        made = reports.draft(month)
        report_id = made.id if made is not None else None
    if report_id is None:
        return redirect(url_for("complaints.reports"))
    flash(_("The report is drafted."), "success")
    return redirect(url_for("complaints.report", report_id=report_id))


@requires(WRITE_REPORT)
def recount(report_id: int) -> Any:
    """Count a draft anew."""
    version = read_version(VersionForm().version.data)
    try:
        with writing():
            reports.recount(report_id, version)
    except (Conflict, Refused) as refused:
        flash(str(refused), "danger")
    else:
        flash(_("The figures are counted anew, by what is on record now."), "success")
    return redirect(url_for("complaints.report", report_id=report_id))


@requires(WRITE_REPORT)
def edit(report_id: int) -> Any:
    """Write what the figures show, and what is done about it."""
    report, form, found = _mine(report_id), ReportForm(), list[Difference]()
    if request.method == "GET":
        form.fill(report)
    elif form.validate_on_submit():
        version, values = read_version(form.version.data), form.values()
        try:
            submit_once(form.key, lambda: reports.edit(report_id, version, values).id)
        except Conflict as conflict:
            fill_errors(form, conflict)
            found = form.meet(reports.report_by_id(report_id))
        except Refused as refused:
            fill_errors(form, refused)
        else:
            flash(_("The report is saved."), "success")
            return redirect(url_for("complaints.report", report_id=report_id))
    page = render_template("complaints/report_form.html", form=form, report=report, differences=found)
    return page, 422 if form.errors or form.form_errors else 200


@requires(WRITE_REPORT)
def submit(report_id: int) -> Any:
    """Put it up for signature, and say who gets it then."""
    report, form = _mine(report_id), SubmitForm()
    form.prepare(report)
    if request.method == "GET":
        form.version.data = str(report.version)
    elif form.validate_on_submit():
        version, people = read_version(form.version.data), list(form.recipients.data or [])
        try:
            submit_once(form.key, lambda: report_signing.submit(report_id, version, people).id)
        except Refused as refused:
            fill_errors(form, refused)
            form.version.data = str(reports.report_by_id(report_id).version)
        else:
            flash(_("The report is put up for signature."), "success")
            return redirect(url_for("complaints.report", report_id=report_id))
    page = render_template("complaints/report_submit.html", form=form, report=report)
    return page, 422 if form.errors or form.form_errors else 200


def _mine(report_id: int) -> Report:
    report = reports.report_by_id(report_id)
    if not reports.may_write(report):
        raise NotFound(_("There is no such report."))
    return report
