"""The form of a competitive-environment note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from kezhi import lazy_gettext as _l
from kezhi.forms import Form

from ..services.notes import LONGEST, LONGEST_NAME, MOST


class ObservationForm(Form):
    """What one competitor did. What is needed is asked by the service: an empty one of several is left out."""

    competitor = StringField(_l("Competitor"), [Optional(), Length(max=LONGEST_NAME)])
    customers = TextAreaField(
        _l("Customers concerned"), [Optional(), Length(max=LONGEST)],
        description=_l("Codes or names, parted by commas or one on each line."), render_kw={"rows": 2},
    )  # fmt: skip
    action = TextAreaField(_l("What they did"), [Optional(), Length(max=LONGEST)], render_kw={"rows": 3})
    effect = TextAreaField(_l("Effect on us"), [Optional(), Length(max=LONGEST)], render_kw={"rows": 3})
    counter_measure = TextAreaField(_l("Counter-measure"), [Optional(), Length(max=LONGEST)], render_kw={"rows": 3})


class NoteForm(Form):
    """The head of a note; its observations are forms of their own."""

    nothing = BooleanField(_l("No competitor did anything worth telling this month"))
    version = HiddenField(default="0")
    count = HiddenField(default="1")


def observation_forms(stored: Sequence[Mapping[str, Any]]) -> list[ObservationForm]:
    """The forms as they were sent, with one more where that was asked for; else those of what is stored, or one."""
    sent = request.form.get("count", "")
    if not sent.isdecimal() or len(sent) > 2:
        return [_form(place, values) for place, values in enumerate(stored or [{}])]
    count = max(1, min(int(sent), MOST))
    found = [_form(place, {}) for place in range(count)]
    if "more" in request.form and count < MOST:
        found.append(_form(count, {}))
    return found


def _form(place: int, values: Mapping[str, Any]) -> ObservationForm:
    form = ObservationForm(prefix=f"o{place}-", data=values, meta={"csrf": False})
    del form.submission_key  # the head has it
    return form
