"""The approval pages: what waits, one request, and decisions on it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import selectinload

from kezhi import Conflict, NotFound, Refused, acting_user, can, db, requires, visible
from kezhi.i18n import _

from . import services
from .forms import DecisionForm
from .labels import DECISION, DONE, STATUS
from .models import Request
from .pages import request_page, step_in_words
from .rules import round_signatures
from .services.queries import MOST

DECIDE = {
    "approve": services.sign,
    "return": services.send_back,
    "reject": services.reject,
    "withdraw": services.withdraw,
}


def blueprint() -> Blueprint:
    """The pages under ``/approvals``."""
    pages = Blueprint("approvals", __name__, url_prefix="/approvals")
    pages.add_url_rule("", "inbox", inbox)
    pages.add_url_rule("/mine", "mine", mine)
    pages.add_url_rule("/all", "everything", everything)
    pages.add_url_rule("/<int:request_id>", "show", show)
    pages.add_url_rule("/<int:request_id>", "decide", decide, methods=["POST"])
    return pages


@requires("approvals.use")
def inbox() -> str:
    """What waits for the user's signature."""
    return _list("waiting", _("Waiting for me"), services.inbox())


@requires("approvals.use")
def mine() -> str:
    """What the user put up."""
    return _list("mine", _("Put up by me"), services.mine())


@requires("approvals.see_all")
def everything() -> str:
    """Every request, newest first; ``before`` is the id of the last one of the page before."""
    statement = visible(Request).options(selectinload(Request.steps)).order_by(Request.id.desc()).limit(MOST + 1)
    before = request.args.get("before", type=int)
    if before is not None:
        statement = statement.where(Request.id < before)
    rows = list(db.session.scalars(statement))
    older = url_for("approvals.everything", before=rows[MOST - 1].id) if len(rows) > MOST else None
    return _list("all", _("All requests"), rows[:MOST], older)


def _list(which: str, heading: str, rows: list[Request], older: str | None = None) -> str:
    tabs = [("waiting", _("Waiting for me"), "approvals.inbox"), ("mine", _("Put up by me"), "approvals.mine")]
    if can("approvals.see_all"):
        tabs.append(("all", _("All requests"), "approvals.everything"))
    views = [{"title": title, "url": url_for(endpoint), "current": key == which} for key, title, endpoint in tabs]
    return render_template(
        "approvals/inbox.html",
        which=which,
        heading=heading,
        rows=rows,
        older=older,
        views=views,
        status=STATUS,
        step_of=step_in_words,
    )


def _found(request_id: int) -> Request:
    found = services.request_by_id(request_id)
    if found is None:
        abort(404)
    return found


@requires("approvals.use")
def show(request_id: int) -> str:
    """One request: what changes, who signed, what the user may do."""
    return _page(_found(request_id), DecisionForm(formdata=None))


def _page(found: Request, form: DecisionForm) -> str:
    form.seen.data = DecisionForm.seen_of(found)
    view = request_page(found, acting_user())
    return render_template("approvals/show.html", view=view, form=form, status=STATUS, decisions=DECISION)


@requires("approvals.use")
def decide(request_id: int) -> Any:
    """Carry out one decision; the same one sent twice answers as it did the first time."""
    found, form, decision = _found(request_id), DecisionForm(), request.form.get("decision", "")
    if decision not in DECIDE:
        abort(400)
    if not form.validate():
        return _page(found, form), 422
    number, position, version = form.looked_at()
    here = redirect(url_for("approvals.show", request_id=request_id))
    try:
        DECIDE[decision](request_id, form.opinion.data or "", seen=version)
    except NotFound:
        abort(404)
    except Conflict as error:
        if not _decided_already(request_id, number, position, decision):
            flash(str(error), "warning")
            return here
    except Refused as error:
        return _refused(request_id, form, error)
    flash(str(DONE[decision]), "success")
    return here


def _refused(request_id: int, form: DecisionForm, error: Refused) -> Any:
    """The page again, with what was typed and why it was refused."""
    if error.field == "opinion":
        form.opinion.errors = [*form.opinion.errors, str(error)]
    else:
        flash(str(error), "error")
    return _page(_found(request_id), form), 422


def _decided_already(request_id: int, number: int, position: int, decision: str) -> bool:
    """Whether this very decision of the user is what took effect (double click, repeated request)."""
    signature = round_signatures(_found(request_id), number).get(position)
    return signature is not None and (signature.user_id, signature.decision) == (acting_user().id, decision)
