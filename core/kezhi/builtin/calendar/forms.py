"""The forms of calendars."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, DateField, FloatField, IntegerField, SelectField, StringField
from wtforms.fields import DateTimeLocalField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import HiddenInput

from kezhi import Refused
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.forms import Ticks
from kezhi.builtin.accounts.services import tree
from kezhi.forms import Form, choice

from .hours import Interval
from .services.calendars import LONGEST_NAME
from .services.days import LONGEST_NOTE
from .spelling import read_hours, write_hours

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class HoursField(StringField):
    """Hours of a day as text; ``intervals`` is what was read."""

    intervals: tuple[Interval, ...] = ()

    def pre_validate(self, form: Any) -> None:
        try:
            self.intervals = read_hours(self.data or "")
        except Refused as refused:
            raise ValidationError(str(refused)) from refused


class CalendarForm(Form):
    """A calendar's name, its week, and who works by it."""

    version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    zh = StringField(_l("Chinese name"), [InputRequired(), Length(max=LONGEST_NAME)])
    en = StringField(_l("English name"), [Optional(), Length(max=LONGEST_NAME)])
    monday = HoursField(_l("Monday"))
    tuesday = HoursField(_l("Tuesday"))
    wednesday = HoursField(_l("Wednesday"))
    thursday = HoursField(_l("Thursday"))
    friday = HoursField(_l("Friday"))
    saturday = HoursField(_l("Saturday"))
    sunday = HoursField(_l("Sunday"))
    public_days = BooleanField(
        _l("Keeps public holidays and make-up workdays"),
        description=_l("With the company's exceptional days. Without this every week is alike."),
        default=True,
    )
    departments = Ticks(
        _l("Departments"),
        coerce=int,
        description=_l("With all below them that have no calendar of their own."),
    )

    def prepare(self, is_company: bool) -> None:
        """Offer the departments; the company's calendar is everybody's who has no other."""
        if is_company:
            del self.departments
        else:
            self.departments.choices = [choice(node.id, "　" * node.depth + node.name) for node in tree()]

    def open(self, calendar: Any, departments: list[int]) -> None:
        """Show a calendar as it is."""
        for name in ("zh", "en", "public_days", "version"):
            self[name].data = getattr(calendar, name)
        for name, day in zip(WEEKDAYS, calendar.weekly, strict=True):
            self[name].data = write_hours(tuple((start, end) for start, end in day))
        if "departments" in self:
            self.departments.data = departments

    def values(self) -> dict[str, Any]:
        """What was sent."""
        weekly = [self[name].intervals for name in WEEKDAYS]
        return {"zh": self.zh.data, "en": self.en.data, "public_days": self.public_days.data, "weekly": weekly}


KINDS = {
    "off": _l("No work"),
    "usual": _l("Work, usual hours"),
    "hours": _l("Work, these hours"),
}


class DaysForm(Form):
    """One or several days that are unlike their weekday."""

    first = DateField(_l("From"), [InputRequired()])
    last = DateField(_l("To"), [Optional()], description=_l("Empty for one day."))
    kind = SelectField(_l("How it is worked"), choices=[choice(key, text) for key, text in KINDS.items()])
    hours = HoursField(_l("Hours"), description=_l("Like 09:00–12:00, 13:00–18:00."))
    note = StringField(_l("Note"), [Optional(), Length(max=LONGEST_NOTE)])

    def validate_hours(self, field: Any) -> None:
        if self.kind.data == "hours" and not field.intervals:
            raise ValidationError(_l("Write the hours, or choose “No work”."))
        if self.kind.data != "hours" and field.intervals:
            raise ValidationError(_l("Hours apply only to “Work, these hours”."))


class RemoveForm(Form):
    """A button beside an exceptional day."""

    first = DateField(validators=[InputRequired()])
    last = DateField(validators=[InputRequired()])


class SumForm(Form):
    """When so much working time has passed, or how much lies between two instants. Asked by GET."""

    submission_key = None

    class Meta(Form.Meta):
        csrf = False

    start = DateTimeLocalField(_l("From"), [Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])
    amount = FloatField(_l("Working hours later"), [Optional(), NumberRange(min=-20_000, max=20_000)])
    end = DateTimeLocalField(_l("Until"), [Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])
    by = SelectField(_l("Calendar"), coerce=int, validators=[Optional()])
