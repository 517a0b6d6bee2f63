"""The forms of copies and of guidance."""

from __future__ import annotations

from typing import Any

from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice

from ..copying import KINDS
from ..models import DATABASE, SERVICE
from ..services.keeping import LONGEST_PLACE, LONGEST_TEXT, Place, holders
from .protection import NOBODY, whole


def _place() -> Any:
    return StringField(_l("Kept at"), [Optional(), Length(max=LONGEST_PLACE)])


def _day() -> Any:
    return DateField(_l("Last compared on"), [Optional()])


class CopiesForm(Form):
    """Both copies of one base file; one without a place and a holder is missing."""

    service_place = _place()
    service_holder = SelectField(_l("Holder"), choices=[])
    service_compared_on = _day()
    database_place = _place()
    database_holder = SelectField(_l("Holder"), choices=[])
    database_compared_on = _day()

    def prepare(self) -> None:
        """Who can have a copy."""
        people = [choice(*NOBODY), *(choice(key, name) for key, name in holders().items())]
        self.service_holder.choices = self.database_holder.choices = people

    def places(self) -> dict[str, Place | None]:
        """What was filled in, by kind."""
        return {kind: self.place_of(kind) for kind in (SERVICE, DATABASE)}

    def place_of(self, kind: str) -> Place | None:
        """One copy; None where nothing says anything of it."""
        place, holder = self[f"{kind}_place"].data or "", whole(self[f"{kind}_holder"].data)
        day = self[f"{kind}_compared_on"].data
        return Place(place, holder, day) if place or holder or day else None


class ManyCopiesForm(Form):
    """One place for a copy of several files."""

    kind = SelectField(_l("Which copy"), choices=lambda: [choice(key, title) for key, title in KINDS.items()])
    place = StringField(_l("Kept at"), [InputRequired(_l("Write where the copy is.")), Length(max=LONGEST_PLACE)])
    holder = SelectField(_l("Holder"), [InputRequired(_l("Choose who has the copy."))], choices=[])
    compared_on = _day()

    def prepare(self) -> None:
        """Who can have a copy."""
        self.holder.choices = [choice(*NOBODY), *(choice(key, name) for key, name in holders().items())]


class GuidanceForm(Form):
    """What the manager looked at, asked for or explained."""

    on_day = DateField(_l("Day"), [InputRequired(_l("Choose a day."))])
    person = SelectField(_l("Whom it was for"), choices=[])
    text = TextAreaField(
        _l("What was looked at or explained"),
        [InputRequired(_l("Write what was looked at or explained.")), Length(max=LONGEST_TEXT)],
        render_kw={"rows": 4},
    )

    def prepare(self) -> None:
        """Whom it can be for: somebody, or everybody who keeps files."""
        everybody = choice("", _l("Everybody who keeps files"))
        self.person.choices = [everybody, *(choice(key, name) for key, name in holders().items())]
