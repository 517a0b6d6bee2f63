"""The form of a hand-over: who takes over, and parts that go to one of them alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, SelectField, TextAreaField
from wtforms.validators import Length

from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice

from ..accounts.services import active_people
from .services import Plan
from .services.carrying_out import LONGEST_NOTE, MOST_RECEIVERS
from .services.reading import Holding

RECEIVERS = tuple(f"receiver_{number}" for number in range(1, MOST_RECEIVERS + 1))


def _whole(text: Any) -> int | None:
    return int(text) if text and str(text).isdigit() else None


class HandOverForm(Form):
    """Made for one person: :func:`form_for` adds the fields of the receivers and of each part."""

    deactivate = BooleanField(
        _l("Deactivate the account"), description=_l("The person cannot log in any more; open sessions end at once.")
    )
    note = TextAreaField(_l("Note"), [Length(max=LONGEST_NOTE)], render_kw={"rows": 2})


def form_for(user_id: int, found: Sequence[Holding], **values: Any) -> Any:
    """The form for what a person has."""
    people = [choice(*row) for row in active_people() if row[0] != user_id]
    fields: dict[str, Any] = {}
    for number, name in enumerate(RECEIVERS, start=1):
        label = _l("Who takes over") if number == 1 else _l("… and person %(number)s", number=number)
        empty = choice("", "—" if number > 1 else _l("Choose a person"))
        fields[name] = SelectField(label, coerce=_whole, choices=[empty, *people])
    for holding in found:
        if holding.part.move is not None:
            shared = choice("", _l("Shared among all of them"))
            fields[field_of(holding.part.key)] = SelectField(
                holding.part.title, coerce=_whole, choices=[shared, *people]
            )
    return type("HandOverFormOfPerson", (HandOverForm,), fields)(**values)


def field_of(key: str) -> str:
    """The name of the field of a part."""
    return f"to_{key.replace('.', '_')}"


def plan_of(form: Any, user_id: int, found: Sequence[Holding]) -> Plan:
    """What the form asks for."""
    receivers = [form[name].data for name in RECEIVERS if form[name].data is not None]
    chosen = {each.part.key: form[field_of(each.part.key)].data for each in found if each.part.move is not None}
    return Plan(
        from_id=user_id,
        receivers=tuple(receivers),
        chosen={key: who for key, who in chosen.items() if who is not None},
        deactivate=bool(form.deactivate.data),
        note=form.note.data or "",
    )
