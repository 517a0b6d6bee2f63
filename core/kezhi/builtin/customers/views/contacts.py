"""Key people of a customer: add, change, mark as left."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, url_for
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from kezhi import Conflict, Refused, clock, requires, writing
from kezhi.forms import Form, SelectChoice, fill_errors, submit_once
from kezhi.i18n import _

from .. import services
from ..fields import CONTACT_LABELS
from ..models import Contact
from ..services import Invalid, lists
from ..services.contacts import KEYS, LONGEST


def _text(key: str, **options: Any) -> Any:
    required = [InputRequired()] if key == "name" else [Optional()]
    limits = {"maxlength": LONGEST[key], **options}
    return StringField(CONTACT_LABELS[key], validators=[*required, Length(max=LONGEST[key])], render_kw=limits)


def _long(key: str) -> Any:
    limits = {"rows": 3, "maxlength": LONGEST[key]}
    return TextAreaField(CONTACT_LABELS[key], validators=[Optional(), Length(max=LONGEST[key])], render_kw=limits)


class ContactForm(Form):
    """A key person."""

    version = IntegerField(widget=HiddenInput())
    name = _text("name")
    post = _text("post")
    decision_role = SelectField(CONTACT_LABELS["decision_role"], default="")
    phone = _text("phone", inputmode="tel")
    email = _text("email", inputmode="email")
    birthday = DateField(CONTACT_LABELS["birthday"], validators=[Optional()])
    preferences = _long("preferences")
    notes = _long("notes")
    is_primary = BooleanField(CONTACT_LABELS["is_primary"])
    left_on = DateField(CONTACT_LABELS["left_on"], validators=[Optional()])

    def prepare(self, stored: str = "") -> None:
        """Fill in the choices; what stands in the record stays choosable."""
        name = "decision_role"
        choices = [SelectChoice(entry["key"], lists.text_of(name, entry["key"])) for entry in lists.entries(name)]
        if stored and stored not in {choice.value for choice in choices}:
            choices.append(SelectChoice(stored, lists.text_of(name, stored)))
        self.decision_role.choices = [SelectChoice("", "—"), *choices]

    def values(self) -> dict[str, Any]:
        """What was sent, by part of the contact."""
        return {key: self[key].data for key in KEYS}

    def refuse(self, refused: Refused) -> None:
        """Put every fault to its field."""
        errors = refused.errors if isinstance(refused, Invalid) else {refused.field: str(refused)}
        for field, message in errors.items():
            fill_errors(self, Refused(message, field=field))


@requires("customers.write_people")
def new(customer_id: int) -> Any:
    """Add a key person."""
    customer = services.customer_by_id(customer_id)
    form = ContactForm()
    form.prepare()
    if form.validate_on_submit():
        try:
            submit_once(form.key, lambda: services.add_contact(customer_id, form.values()).id)
            flash(_("The contact is added."), "success")
            return _back(customer_id)
        except Refused as refused:
            form.refuse(refused)
    return render_template("customers/contact.html", form=form, customer=customer, contact=None, now=None)


@requires("customers.write_people")
def edit(customer_id: int, contact_id: int) -> Any:
    """Change a key person. When somebody else saved first, what stands there now is shown beside what was typed."""
    customer = services.customer_by_id(customer_id)
    contact = services.contact_by_id(customer_id, contact_id)
    form = ContactForm(obj=contact)
    form.prepare(contact.decision_role)
    now: Contact | None = None
    if form.validate_on_submit():
        try:
            version = int(form.version.data or 0)
            submit_once(form.key, lambda: services.update_contact(customer_id, contact_id, version, form.values()).id)
            flash(_("The contact is saved."), "success")
            return _back(customer_id)
        except Conflict as conflict:
            fill_errors(form, conflict)
            now = services.contact_by_id(customer_id, contact_id)
            form.version.data, form.version.raw_data = now.version, None
        except Refused as refused:
            form.refuse(refused)
    return render_template("customers/contact.html", form=form, customer=customer, contact=contact, now=now)


class LeftForm(Form):
    """Since when somebody is no longer with the customer."""

    version = IntegerField(widget=HiddenInput())
    left_on = DateField(validators=[Optional()])


@requires("customers.write_people")
def left(customer_id: int, contact_id: int) -> Any:
    """Somebody is no longer with the customer, from today unless another day is given."""
    form = LeftForm()
    services.contact_by_id(customer_id, contact_id)
    if form.validate_on_submit():
        on: date = form.left_on.data or clock.today()
        with writing():
            services.mark_left(customer_id, contact_id, int(form.version.data or 0), on)
        flash(_("Marked as left."), "success")
    return _back(customer_id)


def _back(customer_id: int) -> Any:
    return redirect(url_for("customers.show", customer_id=customer_id, section="people"))
