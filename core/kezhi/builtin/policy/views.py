"""The pages of the policy board."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from kezhi import NotFound, Refused, can, requires, writing
from kezhi.audit import record_alone
from kezhi.builtin.lists.files import FORMATS, respond
from kezhi.db import end_reading
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from . import pages, services
from .forms import ExemptForm
from .services.states import OVERDUE

READ, EXEMPTS = "policy.read", "policy.exempt"


def blueprint() -> Blueprint:
    """``/policy`` and what is below."""
    found = Blueprint("policy", __name__, url_prefix="/policy")
    found.add_url_rule("", "index", index)
    found.add_url_rule("/overdue", "overdue", overdue)
    found.add_url_rule("/export.<any(csv, xlsx):format>", "export", export)
    found.add_url_rule("/clauses/<line>", "show", show)
    found.add_url_rule("/clauses/<line>/exempt", "exempt", exempt, methods=["POST"])
    found.add_url_rule("/clauses/<line>/apply", "apply", apply, methods=["POST"])
    return found


@requires(READ)
def index() -> str:
    """The board: clauses of the policy, or our additions, narrowed as asked."""
    asked = pages.Asked.of(request.args)
    formats = [(kind, asked.url("policy.export", format=kind)) for kind in FORMATS]
    return render_template("policy/index.html", formats=formats, **pages.board_page(asked))


@requires(READ)
def overdue() -> Any:
    """The overdue clauses of the tab that has some: where the first page leads to."""
    rows = [row for row in services.board() if row.state == OVERDUE]
    ours = bool(rows) and all(row.line.clause.ours for row in rows)
    return redirect(pages.Asked(pages.OURS if ours else pages.POLICY, "", OVERDUE, "").url())


@requires(READ)
def export(format: str) -> Any:
    """The board as a file, as it was narrowed; on record."""
    asked = pages.Asked.of(request.args)
    rows = [pages.shown(row) for row in pages.chosen(asked)]
    asked_for = {"tab": asked.tab, "app": asked.app, "state": asked.state, "q": bool(asked.words)}
    record_alone("policy.export", "policy", "board", format=format, rows=len(rows), asked=asked_for)
    end_reading()
    head = [_("Clause"), _("App"), _("What is asked for"), _("State"), _("Latest evidence"), _("Latest record"),
            _("Who is responsible"), _("Due next")]  # fmt: skip
    cells = [[row.clause + ("†" if row.ours else ""), row.app, row.title, row.state_text, row.evidence, row.latest,
              row.responsible, row.next] for row in rows]  # fmt: skip
    return respond(format, "policy-board", [str(text) for text in head], cells)


@requires(READ)
def show(line: str) -> Any:
    """One obligation: what counts as kept, what shows it, and how it was kept before."""
    return _page(line, ExemptForm(formdata=None))


def _page(line: str, form: ExemptForm) -> str:
    rows = services.board([line])
    if not rows:
        abort(404)
    return render_template("policy/show.html", form=form, may_exempt=can(EXEMPTS), **pages.line_page(rows[0]))


@requires(EXEMPTS)
def exempt(line: str) -> Any:
    """Say that an obligation does not apply to the company."""
    _known(line)
    form = ExemptForm()
    if not form.validate():
        return _page(line, form), 422
    try:
        submit_once(form.key, lambda: services.exempt(line, form.reason.data or "").id)
    except Refused as error:
        fill_errors(form, error)
        return _page(line, form), 422
    flash(_("%(clause)s does not apply from now on.", clause=services.line_of(line).clause.id), "success")
    return redirect(url_for("policy.show", line=line))


@requires(EXEMPTS)
def apply(line: str) -> Any:
    """The obligation applies again; sent twice it says so once."""
    _known(line)
    try:
        with writing():
            services.apply_again(line)
    except Refused as error:
        flash(str(error), "warning")
    else:
        flash(_("%(clause)s applies from now on.", clause=services.line_of(line).clause.id), "success")
    return redirect(url_for("policy.show", line=line))


def _known(line: str) -> None:
    try:
        services.line_of(line)
    except NotFound:
        abort(404)
