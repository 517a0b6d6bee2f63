"""The approval pages: what waits, one request, and decisions on it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import selectinload

from kezhi import Conflict, NotFound, Refused, acting_user, db, requires, visible
from kezhi.forms import fill_errors
from kezhi.i18n import _

from . import batch, deputy_views, flow_views, memo_views, services
from .forms import DecisionForm, SignerForm
from .inboxes import list_page
from .labels import DECISION, DONE, STATUS
from .models import Request
from .pages import request_page
from .services.queries import MOST

CHANGE = {"pass_on": services.pass_on, "add": services.add_signer}
DECIDE: dict[str, Any] = {
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
    pages.add_url_rule("/<int:request_id>/signers", "signers", signers, methods=["POST"])
    pages.add_url_rule("/sign", "sign_several", batch.sign_several, methods=["POST"])
    pages.add_url_rule("/deputies", "deputies", deputy_views.deputies, methods=["GET", "POST"])
    pages.add_url_rule("/deputies/<int:absence_id>/end", "end_deputy", deputy_views.end_deputy, methods=["POST"])
    pages.add_url_rule("/new", "memo", memo_views.memo, methods=["GET", "POST"])
    flow_views.add_to(pages)
    return pages


@requires("approvals.use")
def inbox() -> str:
    """What waits for the user's signature."""
    return list_page("waiting", _("Waiting for me"), services.inbox())


@requires("approvals.use")
def mine() -> str:
    """What the user put up."""
    return list_page("mine", _("Put up by me"), services.mine())


@requires("approvals.see_all")
def everything() -> str:
    """Every request, newest first; ``before`` is the id of the last one of the page before."""
    statement = visible(Request).options(selectinload(Request.steps)).order_by(Request.id.desc()).limit(MOST + 1)
    before = request.args.get("before", type=int)
    if before is not None:
        statement = statement.where(Request.id < before)
    rows = list(db.session.scalars(statement))
    older = url_for("approvals.everything", before=rows[MOST - 1].id) if len(rows) > MOST else None
    return list_page("all", _("All requests"), rows[:MOST], older)


def _found(request_id: int) -> Request:
    found = services.request_by_id(request_id)
    if found is None:
        abort(404)
    return found


@requires("approvals.use")
def show(request_id: int) -> str:
    """One request: what changes, who signed, what the user may do."""
    return _page(_found(request_id), DecisionForm(formdata=None))


def _page(found: Request, form: DecisionForm, signer: SignerForm | None = None) -> str:
    user = acting_user()
    form.seen.data = DecisionForm.seen_of(found)
    view = request_page(found, user)
    form.prepare(_("%(name)s, who put it up", name=found.requester_name), view.earlier_steps)
    if view.may_pass_on:
        signer = signer or SignerForm(formdata=None)
        signer.seen.data = form.seen.data
        signer.prepare({user.id, found.requester_id})
    return render_template(
        "approvals/show.html", view=view, form=form, signer=signer, status=STATUS, decisions=DECISION
    )


@requires("approvals.use")
def signers(request_id: int) -> Any:
    """Pass one's signature on, or have one more person sign the step."""
    found, form, action = _found(request_id), SignerForm(), request.form.get("action", "")
    if action not in CHANGE:
        abort(400)
    form.prepare(set())
    if not form.validate():
        return _page(found, DecisionForm(formdata=None), form), 422
    version = form.looked_at()[2]
    try:
        CHANGE[action](request_id, form.person.data or 0, form.reason.data or "", seen=version)
    except NotFound:
        abort(404)
    except Conflict as error:
        flash(str(error), "warning")
    except Refused as error:
        fill_errors(form, error)
        return _page(_found(request_id), DecisionForm(formdata=None), form), 422
    else:
        flash(str(DONE[action]), "success")
    return redirect(url_for("approvals.show", request_id=request_id))


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
        more = {"to": form.to.data} if decision == "return" else {}
        DECIDE[decision](request_id, form.opinion.data or "", seen=version, **more)
    except NotFound:
        abort(404)
    except Conflict as error:
        if not _decided_already(request_id, number, position, decision):
            flash(str(error), "warning")
            return here
    except Refused as error:
        if not _decided_already(request_id, number, position, decision):
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
    kept = {"return": ("return", "back")}.get(decision, (decision,))
    return any(
        (mark.round, mark.position, mark.user_id) == (number, position, acting_user().id) and mark.decision in kept
        for mark in _found(request_id).signatures
    )
