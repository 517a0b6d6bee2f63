"""Security checks and their findings (CUS-12)."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for

from kezhi import Conflict, NotFound, Refused, can, requires, writing
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from .. import checklist
from ..check_lists import check_list, finding_list
from ..forms.protection import CloseForm, FindingForm, FinishForm, whole
from ..models import SecurityCheck
from ..periods import span_of
from ..rules import PROTECT
from ..services import checking
from ..words import RESULT_TONES, RESULTS, span_name
from .protection import tabs

RECORD = "upkeep.check_record"
USE = "tasks.use"


@requires(PROTECT)
def index() -> Any:
    """Every security check."""
    span, due = checking.present_span()
    given = {"is_due": not checking.done_in_present(), "period": span_name(span), "due": due}
    return check_list().respond("upkeep/checks.html", protection_tabs=tabs("checks"), **given)


@requires(PROTECT)
def begin() -> Any:
    """Begin the check of the present period, or go on with it."""
    try:
        with writing():
            check_id = checking.begin().id
    except Conflict as error:
        flash(str(error), "warning")
        return redirect(url_for("upkeep.checks"))
    return redirect(url_for("upkeep.check", check_id=check_id))


def _found(check_id: int) -> SecurityCheck:
    try:
        return checking.check_by_id(check_id)
    except NotFound:
        abort(404)


@requires(PROTECT)
def show(check_id: int) -> str:
    """One check: its items with what was found, and what has to be put right."""
    return _page(_found(check_id), FindingForm(formdata=None), FinishForm(formdata=None))


def _page(check: SecurityCheck, finding_form: FindingForm, finish_form: FinishForm, typed: Any = None) -> str:
    items = checking.items_of(check)
    finding_form.prepare(items, checking.owners() if check.done_at is None else {})
    finding_form.version.data = str(check.version)  # the page is one form: it carries one version
    prints = "documents" in current_app.blueprints and check.done_at is not None
    given: dict[str, Any] = {
        "period": span_name(span_of(check.start_on, check.months)),
        "findings": checking.findings_of(check),
        "results": RESULTS,
        "tones": RESULT_TONES,
        "typed": typed or {},
        "shown": checklist.shown,
        "print_url": url_for("documents.make", kind=RECORD, record_id=check.id) if prints else "",
        "left": sum(not item.result for item in items),
    }
    return render_template(
        "upkeep/check.html", check=check, items=items, finding_form=finding_form, finish_form=finish_form, **given
    )


def typed_results() -> dict[int, tuple[str, str]]:
    """What was sent about the items, by their ids; a note without a tick too."""
    sent = {name.partition("-")[2] for name in request.form if name.startswith(("result-", "note-"))}
    return {
        whole(number): (
            request.form.get(f"result-{number}", ""),
            request.form.get(f"note-{number}", "").replace("\0", "").strip(),
        )
        for number in sent
    }


@requires(PROTECT)
def record(check_id: int) -> Any:
    """Keep what was found so far."""
    check, typed = _found(check_id), typed_results()
    try:
        with writing():
            checking.record(check_id, whole(request.form.get("version")), typed)
    except Refused as error:
        flash(str(error), "danger")
        return _page(_found(check_id), FindingForm(), FinishForm(), typed), 422
    flash(_("What was found is kept."), "success")
    return redirect(url_for("upkeep.check", check_id=check.id))


@requires(PROTECT)
def add_finding(check_id: int) -> Any:
    """Record what has to be put right, and keep what was ticked beside it."""
    check, form, typed = _found(check_id), FindingForm(), typed_results()
    form.prepare(checking.items_of(check), checking.owners())
    if form.validate():
        values = (whole(form.item.data), form.text.data or "", whole(form.owner.data), form.due_on.data)

        def effect() -> int:
            version = checking.keep_results(check_id, whole(form.version.data), typed)
            return int(checking.add_finding(check_id, version, *values).id)

        try:
            submit_once(form.key, effect)
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("The finding is recorded; whose it is has a task now."), "success")
            return redirect(url_for("upkeep.check", check_id=check_id))
    return _page(_found(check_id), form, FinishForm(), typed), 422


@requires(PROTECT)
def finish(check_id: int) -> Any:
    """The check is done; what was ticked with it counts."""
    _found(check_id)
    form, typed = FinishForm(), typed_results()
    if form.validate():
        try:
            with writing():
                version = checking.keep_results(check_id, whole(form.version.data), typed)
                checking.finish(check_id, version, form.summary.data or "")
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("The check is done and recorded."), "success")
            return redirect(url_for("upkeep.check", check_id=check_id))
    return _page(_found(check_id), FindingForm(), form, typed), 422


@requires(PROTECT)
def findings() -> Any:
    """Every finding."""
    return finding_list().respond("upkeep/findings.html", protection_tabs=tabs("findings"))


@requires(USE)
def finding(finding_id: int) -> Any:
    """One finding; who has it, or looks after data protection, says what was done about it."""
    try:
        found = checking.finding_by_id(finding_id)
    except NotFound:
        abort(404)
    form = CloseForm()
    if form.validate_on_submit():
        try:
            with writing():
                checking.close_finding(finding_id, form.measure.data or "")
        except Conflict as error:
            flash(str(error), "warning")
            return redirect(url_for("upkeep.finding", finding_id=finding_id))
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("The finding is closed."), "success")
            return redirect(url_for("upkeep.finding", finding_id=finding_id))
    page = render_template(
        "upkeep/finding.html", finding=found, form=form, owner=checking.owner_name(found),
        item=checklist.shown(checking.item_text(found)), may_open=can(PROTECT),
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200
