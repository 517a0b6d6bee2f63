"""Competitive-environment notes: list, one note, handing it in, and who has not (CUS-07)."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from kezhi import Conflict, NotFound, Refused, acting_user, can, clock, db, requires
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from ...accounts.models import Account
from .. import services
from ..forms.notes import NoteForm, ObservationForm, observation_forms
from ..models import MarketNote
from ..note_lists import note_list
from ..rules import NOTES, NOTES_DEPARTMENT, WRITE_NOTES
from ..services.notes import MOST


def month_of(text: str) -> date:
    """``2026-10`` as its first day. Errors: 404."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        abort(404)


def tabs(current: str) -> list[dict[str, Any]]:
    """The two pages about notes, for who may open both."""
    found = [{"title": _("Competitive notes"), "url": url_for("upkeep.notes"), "current": current == "notes"}]
    if can(NOTES_DEPARTMENT):
        found.append(
            {"title": _("Who handed in"), "url": url_for("upkeep.notes_owed"), "current": current == "notes_owed"}
        )
    return found


@requires(NOTES)
def index() -> Any:
    """What competitors did, from all notes that one may read."""
    months = services.open_months(clock.today())
    return note_list().respond(
        "upkeep/notes.html", note_tabs=tabs("notes"), may_write=can(WRITE_NOTES) and bool(months)
    )


@requires(NOTES)
def show(observation_id: int) -> str:
    """The note that an observation stands in."""
    try:
        note = services.note_with(observation_id)
    except NotFound:
        abort(404)
    author = db.session.scalar(db.select(Account.name).where(Account.id == note.user_id))
    own = note.user_id == acting_user().id and can(WRITE_NOTES) and note.month in services.open_months(clock.today())
    rows = services.observations_of(note)
    return render_template("upkeep/note.html", note=note, author=author, rows=rows, may_change=own)


@requires(WRITE_NOTES)
def write() -> Any:
    """Hand in the note about a month (``?month=2026-10``), by default the last one; or change it."""
    months = services.open_months(clock.today())
    asked = request.args.get("month", "")
    month = month_of(asked) if asked else next(iter(months), None)
    if month is None or month not in months:
        abort(404)
    note, stored = _stored(month)
    form = NoteForm(data={"nothing": bool(note and note.is_empty), "version": str(note.version if note else 0)})
    forms = observation_forms(stored)
    status = 200
    if form.is_submitted() and "more" not in request.form:
        if _handed_in(form, forms, month):
            flash(_("Your note about %(month)s is handed in.", month=month.strftime("%Y-%m")), "success")
            return redirect(url_for("upkeep.notes"))
        status = 422
    form.count.data = str(len(forms))
    page = render_template(
        "upkeep/note_form.html", form=form, forms=forms, month=month, months=months, note=note,
        may_add=len(forms) < MOST,
    )  # fmt: skip
    return page, status


def _stored(month: date) -> tuple[MarketNote | None, list[dict[str, Any]]]:
    try:
        note = services.own_note(month)
    except NotFound:
        return None, []
    rows = [
        {
            "competitor": row.competitor,
            "action": row.action,
            "effect": row.effect,
            "counter_measure": row.counter_measure,
            "customers": "\n".join(each.code or each.name for each in customers),
        }
        for row, customers in services.observations_of(note)
    ]
    return note, rows


def _handed_in(form: NoteForm, forms: list[ObservationForm], month: date) -> bool:
    fine = [each.validate() for each in forms]  # all of them are asked
    if not form.validate() or not all(fine):
        return False
    version = int(form.version.data) if str(form.version.data or "").isdecimal() else 0
    rows = [each.data for each in forms]
    try:
        submit_once(
            form.key, lambda: services.hand_in(month, rows, nothing=bool(form.nothing.data), version=version).id
        )
    except services.Wrong as wrong:
        for (place, name), message in wrong.errors.items():
            forms[place][name].errors = [*forms[place][name].errors, message]
    except NotFound:
        abort(404)
    except (Conflict, Refused) as error:
        fill_errors(form, error)
    else:
        return True
    return False


@requires(NOTES_DEPARTMENT)
def owed() -> Any:
    """Who handed in the note about a month, and who did not."""
    months = services.open_months(clock.today())
    asked = request.args.get("month", "")
    month = month_of(asked) if asked else next(iter(months), None)
    if month is not None and month not in months:
        abort(404)
    people = services.debtors([month], services.scope_of(acting_user()))[month] if month is not None else []
    missing = sum(each.handed_in_at is None for each in people)
    given: dict[str, Any] = {"month": month, "months": months, "people": people, "missing": missing}
    return render_template("upkeep/notes_owed.html", note_tabs=tabs("notes_owed"), **given)
