"""Remedies and responsibility of a complaint: each with a page of its own for the form (CMP-13)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from kezhi import Conflict, NotFound, Refused, requires
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from ..access import HANDLE
from ..forms.handling import VersionForm
from ..forms.remedies import DoneForm, RemedyForm, ResponsibleForm
from ..models import Complaint
from ..services import remedies as policy
from ..services import responsible
from ..services.finding import complaint_by_id


@requires(HANDLE)
def new_remedy(complaint_id: int) -> Any:
    """Agree on something that the customer is given."""
    complaint = complaint_by_id(complaint_id)
    if not policy.may_remedy(complaint):
        return not_now(
            complaint.id, _("Who handles the complaint agrees on remedies, while it is open and not invalid.")
        )
    form = RemedyForm()
    form.prepare()
    done = lambda: policy.add_remedy(complaint_id, form.kind.data, form.minor(), form.agreed.data or "").id  # noqa: E731
    if form.validate_on_submit() and carried_out(form, done):
        return back(complaint_id, _("The remedy is on record."))
    return page(complaint, form, _("Agree on a remedy"), _("Put on record"), _above())


@requires(HANDLE)
def edit_remedy(remedy_id: int) -> Any:
    """Agree on something else before it is carried out."""
    remedy = policy.remedy_by_id(remedy_id)
    complaint = complaint_by_id(remedy.complaint_id)
    if not policy.may_remedy(complaint):
        return not_now(
            complaint.id, _("Who handles the complaint agrees on remedies, while it is open and not invalid.")
        )
    form = RemedyForm()
    form.prepare(remedy)
    done = lambda: policy.change_remedy(remedy_id, form.seen(), form.kind.data, form.minor(), form.agreed.data or "").id  # noqa: E731
    if form.validate_on_submit() and carried_out(form, done):
        return back(complaint.id, _("The remedy is on record."))
    renew(form, policy.remedy_by_id(remedy_id).version)
    return page(complaint, form, _("Change the remedy"), _("Put on record"), _above())


@requires(HANDLE)
def done_remedy(remedy_id: int) -> Any:
    """Put on record that it was carried out."""
    return _end(remedy_id, DoneForm(), _("The remedy was carried out"), _("It is carried out"),
                lambda form: policy.carry_out(remedy_id, form.seen(), form["note"].data or "").id)  # fmt: skip


@requires(HANDLE)
def drop_remedy(remedy_id: int) -> Any:
    """Take it back."""
    return _end(remedy_id, VersionForm(), _("Drop the remedy"), _("Drop it"),
                lambda form: policy.drop_remedy(remedy_id, form.seen()).id)  # fmt: skip


def _end(remedy_id: int, form: VersionForm, title: str, button: str, effect: Callable[[VersionForm], object]) -> Any:
    remedy = policy.remedy_by_id(remedy_id)
    complaint = complaint_by_id(remedy.complaint_id)
    if not policy.may_carry_out(complaint):
        return not_now(complaint.id, _("There is nothing of yours to do about this remedy."))
    if request.method == "GET":
        form.version.data = remedy.version
    elif form.validate_on_submit() and carried_out(form, lambda: effect(form)):
        return back(complaint.id, _("The remedy is on record."))
    renew(form, policy.remedy_by_id(remedy_id).version)
    return page(complaint, form, title, button, remedy.agreed)


@requires(HANDLE)
def name_responsible(complaint_id: int) -> Any:
    """Name the cause and who bears the cost."""
    complaint = complaint_by_id(complaint_id)
    if not responsible.may_name(complaint):
        return not_now(
            complaint.id, _("Customer service names cause and responsibility, once the complaint is accepted.")
        )
    form = ResponsibleForm()
    form.prepare(complaint, responsible.shares_of(complaint_id))
    done = lambda: len(  # noqa: E731
        responsible.name_responsible(complaint_id, form.seen(), form.cause.data, form.shares())
    )
    if form.validate_on_submit() and carried_out(form, done):
        return back(complaint_id, _("Cause and responsibility are on record."))
    complaint = complaint_by_id(complaint_id)
    renew(form, complaint.version)
    wrong = form.errors or form.form_errors
    return render_template("complaints/responsible.html", form=form, complaint=complaint), 422 if wrong else 200


def _above() -> str:
    from kezhi import currency
    from kezhi.money import display

    limit = display(policy.limit(), currency(), cents=False)
    text: str = _("Compensation and discounts of one complaint above %(sum)s together wait for approval.", sum=limit)
    return text


def not_now(complaint_id: int, text: str) -> Any:
    """Why somebody who sees the complaint cannot open a form about it; what they send is refused."""
    if request.method == "POST":
        abort(404)
    flash(text, "error")
    return redirect(url_for("complaints.show", complaint_id=complaint_id))


def carried_out(form: VersionForm, effect: Callable[[], object]) -> bool:
    """Carry out what was sent, once. What is refused is said at its field; missing is missing."""
    try:
        submit_once(form.key, effect)
    except NotFound:
        abort(404)
    except Refused as refused:
        fill_errors(form, refused)
        form.conflict = isinstance(refused, Conflict)
        return False
    return True


def renew(form: VersionForm, version: int) -> None:
    """After a conflict the form goes on from what is there now: what was typed is sent again."""
    if getattr(form, "conflict", False):
        form.version.data = version


def back(complaint_id: int, text: str, part: str = "remedy") -> Any:
    """To the part of the complaint's page."""
    flash(text, "success")
    return redirect(url_for("complaints.show", complaint_id=complaint_id) + f"#{part}")


def page(complaint: Complaint, form: VersionForm, title: str, button: str, text: str = "") -> Any:
    """A form about a complaint, on a page of its own."""
    wrong = form.errors or form.form_errors
    shown = {"complaint": complaint, "form": form, "title": title, "button": button, "text": text}
    return render_template("complaints/follow.html", **shown), 422 if wrong else 200
