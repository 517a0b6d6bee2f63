"""The pages of approval flows: all kinds, one flow with its versions, the editor, and two versions compared."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from kezhi import Conflict, NotFound, Refused, currency, localised, requires
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from .contributions import SubjectKind
from .flows.checking import problems_of
from .flows.draft import changed, rows_of_form, rows_of_steps
from .flows.editor import FlowForm, Page, values
from .flows.following import newest, newest_of_all, steps_of
from .flows.keeping import Unsound, back_to_shipped, save_flow, version_of, versions_of
from .flows.shipped import shipped_steps
from .flows.stored import FlowStep
from .flows.words import Side, differences, picture
from .models import FlowVersion
from .subjects import all_subjects, app_title, find_subject


def add_to(pages: Blueprint) -> None:
    """The addresses of the flows."""
    rule = pages.add_url_rule
    rule("/flows", "flows", flows)
    rule("/flows/<kind>", "flow", flow)
    rule("/flows/<kind>/edit", "edit_flow", edit_flow, methods=["GET", "POST"])
    rule("/flows/<kind>/compare", "compare_flow", compare_flow)
    rule("/flows/<kind>/shipped", "ship_flow", ship_flow, methods=["POST"])


def _subject(kind: str) -> tuple[str, SubjectKind]:
    found = find_subject(kind)
    if found is None:
        abort(404)
    return found


def _version(kind: str, number: int) -> FlowVersion:
    try:
        return version_of(kind, number)
    except NotFound:
        abort(404)


def _in_force(kind: str, row: FlowVersion | None) -> tuple[FlowStep, ...]:
    """The steps of a version, or those that the app ships."""
    return steps_of(row) if row is not None and not row.shipped else shipped_steps(kind)


def title_of(subject: SubjectKind) -> str:
    """What a kind is called, in the reader's language."""
    return localised(subject.title) if isinstance(subject.title, dict) else str(subject.title)


@requires("approvals.flows")
def flows() -> str:
    """Every kind of proposals with the flow that it follows."""
    kept, rows = newest_of_all(), []
    for app, subject in all_subjects():
        row = kept.get(subject.kind)
        steps = [each.step for each in _in_force(subject.kind, row)]
        rows.append(
            {
                "kind": subject.kind,
                "title": title_of(subject),
                "app": localised(app_title(app)),
                "row": row,
                "picture": picture(steps, row.currency if row is not None else currency()),
                "problems": problems_of(subject.kind, steps) if steps else [],
            }
        )
    return render_template("approvals/flows.html", rows=rows)


@requires("approvals.flows")
def flow(kind: str) -> str:
    """One flow as it is, or one of its versions, and all versions."""
    return _flow_page(kind, FlowForm(formdata=None))


def _flow_page(kind: str, form: FlowForm) -> str:
    app, subject = _subject(kind)
    last, number = newest(kind), request.args.get("version", type=int)
    row = last if number is None else _version(kind, number)
    steps = [each.step for each in _in_force(kind, row)]
    form.base.data = str(last.version if last is not None else 0)
    return render_template(
        "approvals/flow.html",
        kind=kind,
        title=title_of(subject),
        app=localised(app_title(app)),
        row=row,
        last=last,
        form=form,
        picture=picture(steps, row.currency if row is not None else currency()),
        problems=problems_of(kind, steps) if steps else [],
        versions=versions_of(kind),
    )


@requires("approvals.flows")
def edit_flow(kind: str) -> Any:
    """The next version of a flow, from the newest one or from that named by ``from``."""
    _app, subject = _subject(kind)
    last = newest(kind)
    if request.method == "POST":
        return _sent(Page(kind, subject, rows_of_form(request.form.items(multi=True)), FlowForm(), last))
    asked = request.args.get("from", type=int)
    start = last if asked is None else _version(kind, asked)
    form = FlowForm()
    form.base.data = str(last.version if last is not None else 0)
    return _show(Page(kind, subject, rows_of_steps(_in_force(kind, start)), form, last))


def _sent(page: Page) -> Any:
    action = request.form.get("do", "check")
    sound = page.form.validate_on_submit()
    page.focus = changed(page.rows, action)
    if action == "save" and sound:
        return _save(page)
    page.show_errors = action in ("check", "save")
    return _show(page, 422 if action == "save" else 200)


def _save(page: Page) -> Any:
    form, kind = page.form, page.kind
    page.show_errors = True
    steps, errors = page.read()
    if errors:
        return _show(page, 422)
    try:
        done = submit_once(form.key, lambda: _stored(page, steps))
    except Conflict as conflict:
        return _meanwhile(page, steps, str(conflict))
    except Unsound:
        return _show(page, 422)
    except NotFound:
        abort(404)
    except Refused as refused:
        fill_errors(form, refused)
        return _show(page, 422)
    if done:
        flash(
            _("Saved as version %(version)s. Requests under way keep the steps they began with.", version=done),
            "success",
        )
    else:
        flash(_("Nothing was changed, so there is no new version."), "info")
    return redirect(url_for("approvals.flow", kind=kind))


def _stored(page: Page, steps: list[FlowStep]) -> str:
    row, is_new = save_flow(page.kind, steps, expected=page.form.base_version, reason=page.form.reason.data or "")
    return str(row.version) if is_new else ""


def _meanwhile(page: Page, steps: list[FlowStep], message: str) -> Any:
    """Both texts: what was saved meanwhile beside what stands in the form, which stays."""
    page.conflict, page.row = message, newest(page.kind)
    saved = Side(_in_force(page.kind, page.row), page.row.currency if page.row is not None else currency())
    page.saved_meanwhile = differences(saved, Side(tuple(steps), currency()))
    page.form.base.data = str(page.row.version if page.row is not None else 0)
    return _show(page, 409)


def _show(page: Page, status: int = 200) -> Any:
    return render_template("approvals/flow_edit.html", **values(page)), status


@requires("approvals.flows")
def ship_flow(kind: str) -> Any:
    """Go back to what the app ships, as a version of its own."""
    _subject(kind)
    form = FlowForm()
    if not form.validate_on_submit():
        return _flow_page(kind, form), 422
    try:
        back_to_shipped(kind, expected=form.base_version, reason=form.reason.data or "")
    except Conflict as conflict:
        flash(str(conflict), "warning")
    except NotFound:
        abort(404)
    except Refused as refused:
        fill_errors(form, refused)
        return _flow_page(kind, form), 422
    else:
        flash(_("What the app ships holds again. Requests under way keep the steps they began with."), "success")
    return redirect(url_for("approvals.flow", kind=kind))


@requires("approvals.flows")
def compare_flow(kind: str) -> str:
    """What differs between two versions; by default the newest and the one before it. Version 0 is the app's own."""
    _app, subject = _subject(kind)
    last = newest(kind)
    if last is None:
        abort(404)
    to = request.args.get("to", last.version, type=int)
    since = request.args.get("from", max(to - 1, 0), type=int)
    sides = []
    for number in (since, to):
        row = None if number == 0 else _version(kind, number)
        sides.append(Side(_in_force(kind, row), row.currency if row is not None else currency()))
    return render_template(
        "approvals/flow_compare.html",
        kind=kind,
        title=title_of(subject),
        old=since,
        new=to,
        rows=differences(*sides),
        versions=versions_of(kind),
    )
