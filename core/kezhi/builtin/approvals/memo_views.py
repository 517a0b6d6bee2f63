"""The page on which anybody asks for something in writing."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from kezhi import Conflict, NotFound, Refused, acting_user, currency, requires
from kezhi import lazy_gettext as _l
from kezhi.forms import Form, fill_errors, submit_once
from kezhi.i18n import _
from kezhi.money import to_minor, to_units

from . import memos
from .flows.preview import preview
from .flows.words import picture
from .services import flow_steps

TOO_LONG = _l("At most %(max)d characters.")


class MemoForm(Form):
    """What is asked, why, and for how much."""

    again = HiddenField()
    subject = StringField(
        _l("What you ask for"), [DataRequired(_l("Write it in one line.")), Length(max=80, message=TOO_LONG)]
    )
    amount = StringField(
        _l("Amount"),
        [Length(max=30, message=TOO_LONG)],
        description=_l("Empty where it costs nothing."),
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    text = TextAreaField(
        _l("Explanation"),
        [DataRequired(_l("Say why, so that it can be decided.")), Length(max=2000, message=TOO_LONG)],
        render_kw={"rows": 6},
    )


@requires("approvals.use")
def memo() -> Any:
    """Write a request; with ``again`` one that came back, changed."""
    form, status, amount = MemoForm(), 200, None
    if form.is_submitted():
        status = 422
        sound = form.validate()
        amount = _amount(form)
        if sound and not form.amount.errors:
            try:
                done = submit_once(form.key, lambda: _asked(form, amount))
            except NotFound:
                abort(404)
            except (Conflict, Refused) as refused:
                fill_errors(form, refused)
            else:
                return redirect(url_for("approvals.show", request_id=int(done)))
    elif "again" in request.args:
        amount = _fill(form)
    steps = flow_steps(memos.KIND)
    look = preview(steps, acting_user(), amount or 0)
    gaps = [text for text in (*(line.problem for line in look.lines), look.problem) if text]
    page = render_template("approvals/memo.html", form=form, picture=picture(steps), gaps=gaps, money=currency())
    return page, status


def _asked(form: MemoForm, amount: int | None) -> int:
    again = int(form.again.data) if str(form.again.data or "").isdecimal() else None
    return memos.ask(form.subject.data or "", form.text.data or "", amount, again).id


def _fill(form: MemoForm) -> int | None:
    try:
        found = memos.returned(request.args.get("again", 0, type=int))
    except NotFound:
        abort(404)
    kept = memos.memo_of(found)
    form.again.data, form.subject.data, form.text.data = str(found.id), kept.subject, kept.text
    form.amount.data = "" if kept.amount is None else to_units(kept.amount, kept.currency)
    return kept.amount


def _amount(form: MemoForm) -> int | None:
    """The amount as typed; what cannot be read, or is below zero, is said at the field."""
    text = (form.amount.data or "").strip()
    try:
        amount = to_minor(text, currency()) if text else None
    except ValueError:
        amount = -1
    if amount is not None and amount < 0:
        form.amount.errors = [_("Write an amount, such as 50000.")]
        return None
    return amount
