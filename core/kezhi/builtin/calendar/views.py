"""The pages of the working calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from kezhi import Conflict, Refused, can, clock, db, localised, logged_in, requires, writing
from kezhi.forms import choice, fill_errors, submit_once
from kezhi.i18n import _

from . import hours as rules
from . import pages, public_days, services
from .forms import CalendarForm, DaysForm, RemoveForm, SumForm
from .models import Calendar

MANAGE = "calendar.manage"
SECONDS_AN_HOUR = 3600


def blueprint() -> Blueprint:
    """``/calendar`` and what is below."""
    found = Blueprint("calendar", __name__)
    both = ["GET", "POST"]
    found.add_url_rule("/calendar", "index", index)
    found.add_url_rule("/calendar/new", "new", new, methods=both)
    found.add_url_rule("/calendar/<int:calendar_id>/edit", "edit", edit, methods=both)
    found.add_url_rule("/calendar/<int:calendar_id>/delete", "delete", delete, methods=["POST"])
    found.add_url_rule("/calendar/<int:calendar_id>/<int:year>", "year", year_page, methods=both)
    found.add_url_rule("/calendar/<int:calendar_id>/<int:year>/remove", "remove", remove, methods=["POST"])
    found.add_url_rule("/calendar/years/<int:year>/complete", "complete", complete, methods=["POST"])
    return found


def name_of(calendar: Calendar) -> str:
    """The calendar's name in the user's language."""
    return str(localised({"zh": calendar.zh, "en": calendar.en or calendar.zh}))


@logged_in
def index() -> Any:
    """Every calendar; a sum in working time; the years whose make-up days are not known."""
    found = services.all_calendars()
    this = clock.today().year
    form = SumForm(request.args)
    form.by.choices = [choice(each.id, name_of(each)) for each, _departments in found]
    if not request.args:
        form.start.data = clock.local(clock.now()).replace(tzinfo=None, second=0, microsecond=0)
        form.amount.data, form.by.data = 8, found[0][0].id
    rows = [(each, name_of(each), pages.week_text(services.weekly_of(each)), given) for each, given in found]
    missing = [year for year in (this, this + 1) if not services.is_complete(year)]
    answer = _sum(form) if not request.args or form.validate() else []
    return render_template(
        "calendar/index.html",
        rows=rows,
        form=form,
        answer=answer,
        year=this,
        missing=missing,
        main=found[0][0],
        may_manage=can(MANAGE),
    )


def _sum(form: SumForm) -> list[tuple[str, str]]:
    """The answers to what was asked, each with what it is."""
    if form.start.data is None:
        return []
    hours = services.hours_of(form.by.data)
    start = form.start.data.replace(tzinfo=hours.zone).astimezone(UTC)
    found = []
    if form.amount.data is not None:
        try:
            due = rules.add(hours, start, timedelta(seconds=round(form.amount.data * SECONDS_AN_HOUR)))
            found.append((str(_("Then it is")), _instant(due)))
        except (rules.NoWorkingTime, OverflowError):
            found.append((str(_("Then it is")), str(_("never: there is no working time"))))
    if form.end.data is not None:
        span = rules.between(hours, start, form.end.data.replace(tzinfo=hours.zone).astimezone(UTC))
        minutes = round(span.total_seconds() / 60)
        text = f"{'−' if minutes < 0 else ''}{abs(minutes) // 60}:{abs(minutes) % 60:02}"
        found.append((str(_("Working time until then")), str(_("%(time)s hours", time=text))))
    return found


def _instant(instant: datetime) -> str:
    here = clock.local(instant)
    return f"{pages.told(here.date())} {here:%H:%M}"


@requires(MANAGE)
def new() -> Any:
    """Add a calendar."""
    form = CalendarForm()
    form.prepare(is_company=False)
    if form.validate_on_submit():
        try:
            departments = form.departments.data or []
            made = submit_once(form.key, lambda: services.add_calendar(form.values(), departments).id)
            flash(_("The calendar is saved."), "success")
            return redirect(url_for("calendar.year", calendar_id=int(made), year=clock.today().year))
        except Refused as refused:
            fill_errors(form, refused)
    elif not form.is_submitted():
        form.open(services.all_calendars()[0][0], [])
        form.zh.data = form.en.data = ""
    return render_template("calendar/edit.html", form=form, calendar=None, name="")


@requires(MANAGE)
def edit(calendar_id: int) -> Any:
    """Change a calendar's name, week, and departments."""
    calendar = services.calendar_by_id(calendar_id)
    form = CalendarForm()
    form.prepare(is_company=calendar.is_company)
    if form.validate_on_submit():
        given = form.departments.data if "departments" in form else None
        try:
            version = form.version.data or 0
            with writing():
                services.change_calendar(calendar_id, version, form.values(), given)
            flash(_("The calendar is saved."), "success")
            return redirect(url_for("calendar.year", calendar_id=calendar_id, year=clock.today().year))
        except Conflict as conflict:
            fill_errors(form, conflict)
            db.session.expire_all()
            form.version.raw_data, form.version.data = None, services.calendar_by_id(calendar_id).version
        except Refused as refused:
            fill_errors(form, refused)
    elif not form.is_submitted():
        departments = next(given for each, given in services.all_calendars() if each.id == calendar_id)
        form.open(calendar, [each.id for each in departments])
    return render_template("calendar/edit.html", form=form, calendar=calendar, name=name_of(calendar))


@requires(MANAGE)
def delete(calendar_id: int) -> Any:
    """Take a calendar away."""
    calendar = services.calendar_by_id(calendar_id)
    try:
        with writing():
            services.delete_calendar(calendar_id, request.form.get("version", default=calendar.version, type=int))
        flash(_("The calendar is deleted."), "success")
    except Refused as refused:
        flash(str(refused), "error")
    return redirect(url_for("calendar.index"))


@logged_in
def year_page(calendar_id: int, year: int) -> Any:
    """A year of a calendar; who keeps it says which days are exceptional."""
    _check(year)
    calendar = services.calendar_by_id(calendar_id)
    form = DaysForm()
    if form.is_submitted():
        if not can(MANAGE):
            abort(403)
        if form.validate():
            first = form.first.data
            assert first is not None
            intervals = {"off": (), "usual": None, "hours": form.hours.intervals}[form.kind.data]
            try:
                last, note = form.last.data or first, form.note.data or ""
                submit_once(form.key, lambda: services.set_days(calendar_id, first, last, intervals, note))
                flash(_("The days are saved."), "success")
                return redirect(url_for("calendar.year", calendar_id=calendar_id, year=first.year))
            except Refused as refused:
                fill_errors(form, refused)
    hours = services.hours_of(calendar_id)
    days = services.days_of(calendar_id, year)
    notes = {day: row.note for day, row in days.items()}
    return render_template(
        "calendar/year.html",
        calendar=calendar,
        name=name_of(calendar),
        year=year,
        months=pages.year_of(hours, year, notes),
        weekdays=pages.weekday_names(),
        workdays=pages.total(hours, year),
        stretches=pages.stretches(days),
        holidays=pages.holidays_of(hours, year),
        week=pages.week_text(hours.weekly),
        is_published=public_days.of_year(hours.country, year).is_published,
        is_complete=services.is_complete(year),
        form=form,
        may_manage=can(MANAGE),
        told=pages.told,
        first_year=public_days.FIRST_YEAR,
        last_year=public_days.LAST_YEAR,
    )


@requires(MANAGE)
def remove(calendar_id: int, year: int) -> Any:
    """Days are worked as their weekday says again."""
    _check(year)
    form = RemoveForm()
    if form.validate_on_submit() and form.first.data and form.last.data:
        with writing():
            services.remove_days(calendar_id, form.first.data, form.last.data)
    return redirect(url_for("calendar.year", calendar_id=calendar_id, year=year))


@requires(MANAGE)
def complete(year: int) -> Any:
    """A year's exceptional days are all there, or not after all."""
    _check(year)
    with writing():
        services.reopen_year(year) if request.form.get("what") == "reopen" else services.complete_year(year)
    company = services.all_calendars()[0][0]
    return redirect(url_for("calendar.year", calendar_id=company.id, year=year))


def _check(year: int) -> None:
    if not public_days.FIRST_YEAR <= year <= public_days.LAST_YEAR:
        abort(404)
