"""The forms of the lists of kinds, causes and channels."""

from __future__ import annotations

from typing import Any

from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice

from ..models import CHANNEL, KIND
from ..services.entries import shown, subtree
from ..services.lists import LONGEST_NAME, LONGEST_PURPOSE, MOST_MINUTES
from ..words_feedback import NATURE_WORDS
from .fields import Difference, differences, nobody, whole

NAMES = ("zh", "en", "nature", "purpose_zh", "purpose_en", "minutes")


class EntryForm(Form):
    """One entry of a list; ``entry`` is empty for a new one."""

    entry = IntegerField(widget=HiddenInput(), validators=[Optional()])
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    zh = StringField(_l("Chinese name"), [InputRequired(_l("An entry needs a Chinese name.")),
                                          Length(max=LONGEST_NAME)])  # fmt: skip
    en = StringField(_l("English name"), [Length(max=LONGEST_NAME)])
    parent = SelectField(_l("Stands below"), coerce=whole)
    nature = SelectField(_l("Service or business"), description=_l("Entries below others follow those."),
                         choices=[choice(key, text) for key, text in NATURE_WORDS.items()])  # fmt: skip
    purpose_zh = TextAreaField(_l("What it is meant for, in Chinese"), [Length(max=LONGEST_PURPOSE)],
                               render_kw={"rows": 2})  # fmt: skip
    purpose_en = TextAreaField(_l("What it is meant for, in English"), [Length(max=LONGEST_PURPOSE)],
                               render_kw={"rows": 2})  # fmt: skip
    minutes = IntegerField(
        _l("Response time in minutes"),
        [Optional(), NumberRange(1, MOST_MINUTES, _l("Write whole minutes, at most a month."))],
        description=_l("Counted in the service hours of the customer. Of channel and service tier the stricter holds."),
    )

    def prepare(self, name: str, rows: list[dict[str, Any]]) -> None:
        """Leave out what a list has not; an entry cannot stand below itself."""
        if name == CHANNEL:
            del self.parent, self.nature
            return
        del self.purpose_zh, self.purpose_en, self.minutes
        if name != KIND:
            del self.nature
        own = subtree(rows, self.entry.data) if self.entry.data else []
        self.parent.choices = [nobody(), *(choice(row["id"], shown(row)) for row in rows if row["id"] not in own)]

    def fill(self, row: dict[str, Any]) -> None:
        """An entry as it is stored."""
        self.entry.data, self.version.data = row["id"], row["version"]
        for name in NAMES:
            if name in self:
                self[name].data = row[name]
        if "parent" in self:
            self.parent.data = row["parent_id"]

    def values(self) -> dict[str, Any]:
        """What was sent."""
        found = {name: self[name].data for name in NAMES if name in self}
        return {**found, "parent_id": self.parent.data} if "parent" in self else found

    def meet(self, name: str, rows: list[dict[str, Any]], row: dict[str, Any]) -> list[Difference]:
        """Somebody else saved first: what differs, and the version that the next save replaces."""
        stored = EntryForm(formdata=None)
        stored.entry.data = row["id"]
        stored.prepare(name, rows)
        stored.fill(row)
        self.version.data = row["version"]
        return differences(self, stored)


class ChangeForm(Form):
    """A button beside an entry."""

    entry = IntegerField(validators=[InputRequired()])
    version = IntegerField(validators=[Optional()])
    what = StringField()
