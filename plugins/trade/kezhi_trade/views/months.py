"""The pages of months: the list, one month with its steps, and sending it back (TRD-03)."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from kezhi import Refused, acting_user, can, requires, setting, visible_ids, writing
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer
from kezhi.forms import Form, choice, fill_errors
from kezhi.i18n import _

from .. import month_pages
from ..labels import HOW_LABELS, HOW_TONES, MONTH_LABELS, PART_LABELS, STEP_LABELS
from ..models import CONFIRMED, Month
from ..services import months
from ..services.freezing import PARTS, Later, differences
from ..services.rows import first_month
from .shared import read_version

MOST_DIFFERENCES = 50


class BackForm(Form):
    """Where a month goes back to, and why."""

    version = HiddenField()
    state = SelectField(_l("Back to"), validate_choice=False)
    reason = TextAreaField(
        _l("Reason"),
        [InputRequired(_l("Say why: who did the earlier steps reads it.")), Length(max=months.LONGEST_NOTE)],
        render_kw={"rows": 4},
    )


@requires("trade.months")
def index() -> str:
    """The months of a year."""
    this, at_first = month_pages.years()
    year = request.args.get("year", at_first, type=int)
    year = min(max(year, 1900), this)
    return render_template(
        "trade/months.html", rows=month_pages.list_rows(year), year=year, this=this,
        is_on=bool(setting("trade", "confirm_months")), first=first_month(),
    )  # fmt: skip


@requires("trade.months")
def show(month: str) -> str:
    """One month: steps, figures, what is missing, and what came later."""
    return _page(months.month_named(month))


def _page(day: date, problem: str = "", note: str = "") -> str:
    row = months.month_row(day)
    count, later = _differences(day, row)
    return render_template(
        "trade/month.html",
        day=day,
        name=f"{day:%Y-%m}",
        row=row,
        version=row.version if row is not None else 0,
        state=month_pages.chip_of(day, row),
        steps=month_pages.step_items(day, row),
        turn=month_pages.whose_turn(day, row),
        mine=month_pages.my_steps(day, row),
        groups=month_pages.figure_groups(day, row),
        missing=month_pages.missing(day, row),
        later=[_shown(each) for each in later],
        later_count=count,
        history=months.steps_of(row),
        step_labels=STEP_LABELS,
        can_send_back=bool(months.earlier_states(row, acting_user())),
        is_confirmed=row is not None and row.state == CONFIRMED,
        can_read=can("trade.read"),
        problem=problem,
        note_text=note,
        is_on=bool(setting("trade", "confirm_months")),
    )


def _differences(day: date, row: Month | None) -> tuple[int, list[Later]]:
    kept = [part for step, parts in PARTS.items() if row is not None and step in row.figures for part in parts]
    return differences(day, kept, MOST_DIFFERENCES, visible_ids(Customer)) if kept else (0, [])


def _shown(each: Later) -> dict[str, Any]:
    return {
        "part": PART_LABELS[each.part], "how": (HOW_LABELS[each.how], HOW_TONES[each.how]), "number": each.number,
        "day": each.happened_on, "amount": each.amount, "kept": each.kept,
    }  # fmt: skip


@requires("trade.months")
def step(month: str) -> Any:
    """Do a step. What cannot be done is said on the page, and the note stays."""
    day, key = months.month_named(month), request.form.get("step", "")
    note = request.form.get("note", "").strip()
    if key not in months.STEPS:
        return _page(day), 400
    try:
        with writing():
            row = months.take_step(day, key, read_version(request.form.get("version")), note)
            state = row.state
    except Refused as error:
        return _page(day, str(error), note), 422
    flash(_("%(month)s: %(state)s.", month=month, state=MONTH_LABELS[state]), "success")
    return redirect(url_for("trade.month", month=month))


@requires("trade.months")
def back(month: str) -> Any:
    """Send a month back to an earlier state, or open a confirmed one again."""
    day = months.month_named(month)
    row = months.month_row(day)
    states = months.earlier_states(row, acting_user())
    if row is None or not states:
        return redirect(url_for("trade.month", month=month))
    form = BackForm()
    form.state.choices = [choice(state, MONTH_LABELS[state]) for state in reversed(states)]
    if request.method == "GET":
        form.version.data = str(row.version)
    elif form.validate_on_submit():
        try:
            with writing():
                months.send_back(day, form.state.data, read_version(form.version.data), form.reason.data or "")
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("%(month)s: %(state)s.", month=month, state=MONTH_LABELS[form.state.data]), "success")
            return redirect(url_for("trade.month", month=month))
    was_confirmed = row.state == CONFIRMED
    page = render_template("trade/month_back.html", form=form, name=month, was_confirmed=was_confirmed)
    return page, 422 if form.errors or form.form_errors else 200
