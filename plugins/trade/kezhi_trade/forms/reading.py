"""What the forms of this app have in common: customers by code, amounts in units, and both sides of a conflict."""

from __future__ import annotations

from typing import Any, NamedTuple

from wtforms import HiddenField, SelectField

from kezhi import Refused
from kezhi.builtin.customers.services import customer_by_code
from kezhi.errors import NotFound
from kezhi.forms import Form
from kezhi.i18n import _
from kezhi.money import exponent, to_minor


class Difference(NamedTuple):
    """A field in which the stored record and the form differ, as texts."""

    label: str
    stored: str
    typed: str


def differences(typed: Form, stored: Form) -> list[Difference]:
    """The fields in which what was typed is not what is stored."""
    return [
        Difference(field.label.text, shown(stored[field.name]), shown(field))
        for field in typed
        if not isinstance(field, HiddenField) and shown(field) != shown(stored[field.name])
    ]


def shown(field: Any) -> str:
    """What a control holds, as people read it."""
    if isinstance(field, SelectField):
        return next((str(option.label) for option in field.choices or () if option.value == field.data), "")
    return "" if field.data is None else str(field.data)


def customer_id(code: str | None) -> int:
    """The id of the customer with a code. Errors: ``Refused`` at the field ``customer``."""
    try:
        return int(customer_by_code(code or "").id)
    except NotFound:
        reason = _("There is no customer with the code “%(code)s”.", code=code or "")
        raise Refused(reason, field="customer") from None


def minor(text: str | None, code: str, field: str) -> int | None:
    """An amount in minor units of ``code``; None for an empty control. Errors: ``Refused`` at ``field``."""
    if not (text or "").strip():
        return None
    assert text is not None
    try:
        return to_minor(text, code)
    except ValueError as error:
        reasons = {
            "digits": _(
                "“%(value)s” has more than %(digits)s decimals, which %(currency)s does not have.",
                value=text,
                digits=exponent(code),
                currency=code,
            ),
            "large": _("“%(value)s” is larger than any amount that can be kept.", value=text),
        }
        reason = reasons.get(str(error)) or _("“%(value)s” is no number. Write it like 1234.50.", value=text)
        raise Refused(reason, field=field) from None
