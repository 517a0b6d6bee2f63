"""The first key person of a customer, entered with its file (CUS-02)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import SelectField, StringField
from wtforms.validators import Length, Optional

from kezhi import User
from kezhi.forms import Form, SelectChoice
from kezhi.i18n import _l

from .contributions import FormPart, When
from .fields import CONTACT_LABELS
from .sections import may_write_section
from .services import add_contact, lists
from .services.contacts import LONGEST


def _text(key: str, **options: Any) -> Any:
    limits = {"maxlength": LONGEST[key], **options}
    return StringField(CONTACT_LABELS[key], validators=[Optional(), Length(max=LONGEST[key])], render_kw=limits)


class FirstContactForm(Form):
    """Who matters most there."""

    name = _text("name")
    post = _text("post")
    decision_role = SelectField(CONTACT_LABELS["decision_role"], default="")
    phone = _text("phone", inputmode="tel")
    email = _text("email", inputmode="email")


def prepare(form: Any) -> None:
    """The roles of the company's list."""
    key = "decision_role"
    roles = [SelectChoice(entry["key"], lists.text_of(key, entry["key"])) for entry in lists.entries(key)]
    form.decision_role.choices = [SelectChoice("", "—"), *roles]


def save(customer_id: int, values: Mapping[str, Any]) -> None:
    """Nobody is entered without a name. Errors: those of a key person."""
    if values["name"]:
        add_contact(customer_id, {**values, "is_primary": True})


def parts(customer_id: int | None, user: User) -> list[FormPart]:
    """Only with a new file: later the key people have pages of their own."""
    if customer_id is not None or not may_write_section("people", user):
        return []
    when = tuple(When(key, "name") for key in ("post", "decision_role", "phone", "email"))
    title = _l("First key person")
    return [
        FormPart("customers.person", title, FirstContactForm, save, prepare=prepare, when=when, icon="person-plus",
                 clause="CUS-02")
    ]  # fmt: skip
