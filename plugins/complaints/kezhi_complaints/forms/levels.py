"""The forms of service levels, and of what a customer wants (CMP-30)."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from kezhi import Refused
from kezhi import lazy_gettext as _l
from kezhi.builtin.calendar.spelling import read_hours, write_hours
from kezhi.forms import Form

from ..clock_words import CLOCK_WORDS
from ..services.clocks import ANSWER, CLOCKS, PLAN, RESOLVE, RESPOND
from ..services.levels import LONGEST_REASON, MOST_MINUTES

WRONG = _l("Write a whole number of minutes, at least 1.")


def _minutes(clock: str) -> IntegerField:
    most = NumberRange(min=1, max=MOST_MINUTES, message=WRONG)
    return IntegerField(CLOCK_WORDS[clock], [InputRequired(WRONG), most])


class LevelForm(Form):
    """What a tier is promised. ``version`` is that of the promise when the form was opened."""

    version = HiddenField()
    plan = _minutes(PLAN)
    answer = _minutes(ANSWER)
    respond = _minutes(RESPOND)
    resolve = _minutes(RESOLVE)
    windows = StringField(_l("Service hours of a day"), [InputRequired(_l("Say in which hours this tier is served."))])
    workdays = BooleanField(_l("Served on the company's workdays only"))
    reason = TextAreaField(_l("Reason of the change"), [Optional(), Length(max=LONGEST_REASON)], render_kw={"rows": 2})

    def fill(self, row: dict[str, Any]) -> None:
        """The promise in force."""
        for name in (*CLOCKS, "workdays"):
            self[name].data = row[name]
        self.windows.data = hours_text(row["windows"])
        self.version.data = str(row["version"])

    def values(self) -> dict[str, Any]:
        """What the services take. Errors: ``Refused`` naming the field."""
        found: dict[str, Any] = {name: self[name].data for name in (*CLOCKS, "workdays")}
        try:
            found["windows"] = read_hours(self.windows.data or "")
        except Refused as refused:
            raise Refused(str(refused), field="windows") from refused
        return found


def hours_text(windows: Any) -> str:
    """``09:00–12:00, 13:00–18:00``."""
    return write_hours(tuple((start, end) for start, end in windows))
