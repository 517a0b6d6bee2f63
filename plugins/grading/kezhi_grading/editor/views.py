"""The pages of the scheme editor. What is typed stands in the form until it is saved; nothing else keeps it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for

from kezhi import Conflict, NotFound, Refused, currency, localised, requires
from kezhi.forms import fill_errors, submit_once

from .. import services
from ..models import SchemeVersion
from ..scheme import Scheme
from ..words import _
from .changes import changed, settle
from .differences import differences
from .form import EditorForm
from .opening import draft_of_scheme
from .page import Page, editor_page
from .reading_draft import read_draft
from .shape import Draft, draft_of_form
from .starting import draft_from_shipped, draft_from_version, empty_draft, shipped_schemes


def add_to(blue: Blueprint) -> None:
    """The addresses of the editor. None of them can be the key of a scheme."""
    rule = blue.add_url_rule
    rule("/editor", "editor_start", start)
    rule("/editor/new", "editor_new", new, methods=["GET", "POST"])
    rule("/editor/schemes/<key>", "editor_edit", edit, methods=["GET", "POST"])
    rule("/schemes/<key>/file", "scheme_file", file)
    rule("/schemes/<key>/compare", "scheme_compare", compare)


def _version(key: str, number: int | None = None) -> SchemeVersion:
    try:
        return services.current_version(key, number)
    except NotFound:
        abort(404)


@requires("grading.schemes")
def start() -> str:
    """Choose what a new scheme starts from."""
    own = [(row, services.scheme_of(row)) for row in services.latest_versions()]
    return render_template("grading/editor/start.html", shipped=shipped_schemes(), own=own)


@requires("grading.schemes")
def new() -> Any:
    """A new scheme."""
    if request.method == "POST":
        return _sent(None)
    asked = request.args
    if "copy" in asked:
        draft: Draft | None = draft_from_version(_version(asked["copy"]))
    elif "shipped" in asked:
        draft = draft_from_shipped(asked["shipped"])
    else:
        draft = empty_draft(asked.get("method", ""))
    if draft is None:
        abort(404)
    return _show(Page(draft, EditorForm()))


@requires("grading.schemes")
def edit(key: str) -> Any:
    """The next version of a scheme, from the newest one or from that named by ``from``."""
    row = _version(key)
    if request.method == "POST":
        return _sent(row)
    form, asked = EditorForm(), request.args.get("from", type=int)
    start = row if asked is None else _version(key, asked)  # an earlier version is taken up again as the next one
    form.base.data = str(row.version)
    return _show(Page(draft_of_scheme(services.scheme_of(start), start.currency), form, row))


def _sent(row: SchemeVersion | None) -> Any:
    form, action = EditorForm(), request.form.get("do", "")
    draft = draft_of_form(request.form.items(multi=True))
    if row is not None:
        draft["key"], draft["method"] = row.key, row.method
    page = Page(draft, form, row, is_touched=True)
    sound = form.validate_on_submit()
    page.focus = changed(draft, action, request.form.get("new_metric", ""))
    if action == "save" and sound:
        return _save(page)
    if action in ("check", "preview") or action.isdecimal():
        page.show_errors = True
        page.look(action)
    return _show(page)


def _save(page: Page) -> Any:
    settle(page.draft)
    page.show_errors = True
    scheme, _errors = read_draft(page.draft, currency())
    if scheme is None:
        return _show(page)
    form = page.form
    try:
        done = submit_once(form.key, lambda: _stored(scheme, form.base_version, form.reason.data or ""))
    except Conflict as conflict:
        page.conflict = str(conflict)
        newest = _version(scheme.key)
        page.saved_meanwhile = differences((services.scheme_of(newest), newest.currency), (scheme, currency()))
        page.row = newest
        form.base.data = str(newest.version)
        return _show(page)
    except Refused as refused:
        if refused.field == "key":
            page.errors = {"key": [str(refused)]}
        else:
            fill_errors(form, refused)
        return _show(page)
    key, _space, version = done.partition(" ")
    words = _("%(title)s is saved as version %(version)s. Runs use it from now on; grades in force change only with a "
              "signed run.") if version else _("%(title)s is unchanged.")  # fmt: skip
    flash(words % {"title": localised(scheme.title), "version": version}, "success")
    return redirect(url_for("grading.scheme", key=key))


def _stored(scheme: Scheme, expected: int, reason: str) -> str:
    row, is_new = services.save_scheme(scheme, expected=expected, reason=reason)
    return f"{row.key} {row.version if is_new else ''}"


def _show(page: Page) -> str:
    return render_template("grading/editor/page.html", **editor_page(page))


@requires("grading.read")
def file(key: str) -> Response:
    """A version as a TOML file."""
    row = _version(key, request.args.get("version", type=int))
    answer = Response(row.source, content_type="application/toml; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{row.key}-v{row.version}.toml")
    return answer


@requires("grading.read")
def compare(key: str) -> str:
    """What differs between two versions; by default the newest and the one before it."""
    newest = _version(key, request.args.get("to", type=int))
    older = _version(key, request.args.get("from", type=int) or max(newest.version - 1, 1))
    sides = [(services.scheme_of(row), row.currency) for row in (older, newest)]
    return render_template(
        "grading/editor/compare.html", old=older, new=newest, rows=differences(sides[0], sides[1]),
        versions=services.versions_of(key),
    )  # fmt: skip
