"""The notices of a person, and how they want them by e-mail."""

from __future__ import annotations

from datetime import time
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from kezhi import NotFound, Refused, acting_user, logged_in, requires, writing
from kezhi.forms import Form, fill_errors
from kezhi.i18n import _

from . import services
from .contributions import Mailing
from .forms import MailForm, mail_form
from .kinds import notice_kinds, page_by
from .services import outbox
from .services.notices import PAGE


@logged_in
def notices() -> str:
    """What one was told, the newest first; ``before`` is the id of the last one of the page before."""
    given = request.args.get("before")
    if given is not None and not given.isdigit():
        abort(400)
    before = int(given) if given is not None and len(given) < 19 else None
    found, more = services.notices(before)
    return render_template(
        "tasks/notices.html",
        form=Form(formdata=None),
        found=found,
        unread=services.unread(),
        older_url=url_for("tasks.notices", before=found[-1].notice.id) if more else "",
        newest_url=url_for("tasks.notices") if before is not None else "",
        page_size=PAGE,
    )


@requires("tasks.use")
def open_notice(notice_id: int) -> Any:
    """Read a notice and go to what it is about."""
    try:
        with writing():
            told = services.open_notice(notice_id)
            kind, reference, is_open = told.kind, told.notice.reference, told.is_open
    except NotFound:
        abort(404)
    address = page_by(kind, reference) if is_open else ""
    if not is_open:
        flash(_("What this notice is about is not there any more, or no longer for you."), "warning")
    return redirect(address or url_for("tasks.notices"))


@logged_in
def read_all() -> Any:
    """All notices are read."""
    with writing():
        services.read_all()
    return redirect(url_for("tasks.notices"))


@requires("tasks.use")
def mail_settings() -> Any:
    """Where, when, and which kinds of notices one gets by e-mail."""
    user = acting_user()
    kinds = {key: kind for key, kind in notice_kinds().items() if kind.letter is None}
    assert user.id is not None or user.is_system
    stored, chosen = outbox.recipient_of(user.id or 0), outbox.choices_of(user.id or 0)
    values: dict[str, Any] = {"email": stored.email if stored else ""}
    if stored is not None and stored.quiet_from is not None and stored.quiet_until is not None:
        values |= {"quiet_from": _time(stored.quiet_from), "quiet_until": _time(stored.quiet_until)}
    names = {key: f"kind_{number}" for number, key in enumerate(kinds)}
    values |= {name: chosen.get(key, kinds[key].mail) for key, name in names.items()}
    form = mail_form(kinds)(data=values)
    if form.validate_on_submit():
        mailing: dict[str, Mailing] = {key: form[name].data for key, name in names.items()}
        try:
            with writing():
                outbox.choose(form.email.data or "", _quiet(form), mailing)
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("Your e-mail settings are kept."), "success")
            return redirect(url_for("tasks.mail_settings"))
    status = 422 if form.is_submitted() else 200
    fields = [form[name] for name in names.values()]
    page = render_template("tasks/mail.html", form=form, fields=fields, is_configured=outbox.is_configured())
    return page, status


def _time(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def _quiet(form: MailForm) -> tuple[int, int] | None:
    start, end = form.quiet_from.data, form.quiet_until.data
    if start is None or end is None:
        return None
    return start.hour * 60 + start.minute, end.hour * 60 + end.minute
