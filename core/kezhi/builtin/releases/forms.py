"""The forms of asking, answering, declining and registering."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_wtf.file import MultipleFileField
from wtforms import DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from kezhi import clock, setting
from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice
from kezhi.i18n import lazy_pgettext

from .models import DataRequest, Release
from .services.answering import LONGEST_REASON, LONGEST_TEXT
from .services.asking import LONGEST as ASK_LONGEST
from .services.registering import LONGEST
from .words import DESTINATIONS, KINDS

DAY = _l("Write the day like 2026-11-23.")
SOON = 14  #: days that the form of a request begins with


class DayField(DateField):
    """A day, or nothing; what is no day is said in so many words."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        if not "".join(valuelist).strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(str(DAY)) from None


class AskForm(Form):
    """A data request. ``version`` is that of the one that is sent again."""

    version = HiddenField()
    kind = SelectField(_l("What do you need?"), choices=lambda: [choice(key, text) for key, text in KINDS.items()])
    customers = TextAreaField(
        _l("Customers"),
        [Length(max=20_000)],
        description=_l("One a line: code, prospect number or full name. Only customers that you see."),
        render_kw={"rows": 3},
    )
    scope = TextAreaField(
        _l("Whose data, in words"),
        [Length(max=ASK_LONGEST["scope"])],
        description=_l("For customers that you do not see, or many of them: region, kind, time, fields."),
        render_kw={"rows": 3},
    )
    purpose = TextAreaField(
        _l("Purpose"),
        [InputRequired(_l("Say what you need it for: your manager signs for that.")),
         Length(max=ASK_LONGEST["purpose"])],
        render_kw={"rows": 3},
    )  # fmt: skip
    until = DayField(_l("Needed until"), [InputRequired(DAY)], description=_l("The answer closes after this day."))
    destination = SelectField(
        _l("Where it goes"), choices=lambda: [choice(key, text) for key, text in DESTINATIONS.items()]
    )
    recipient = StringField(
        _l("Recipient outside"),
        [Length(max=ASK_LONGEST["recipient"])],
        description=_l("The organisation that gets it, when it leaves the company."),
    )

    def begin(self, customers: str) -> None:
        """What the form starts with."""
        days = min(SOON, int(setting("releases", "longest_days")))
        self.customers.data, self.until.data = customers, clock.today() + timedelta(days=days)

    def fill(self, request: DataRequest, customers: str) -> None:
        """A request that was sent back, as it is."""
        for name in ("kind", "scope", "purpose", "until", "destination", "recipient"):
            self[name].data = getattr(request, name)
        self.version.data, self.customers.data = str(request.version), customers


class ReleaseFields:
    """What the register asks for."""

    organisation = StringField(
        _l("Recipient"), [InputRequired(_l("Say which organisation got it.")), Length(max=LONGEST["organisation"])]
    )
    person = StringField(_l("Received by"), [Length(max=LONGEST["person"])])
    contact = StringField(
        _l("Contact of the recipient"), [Length(max=LONGEST["contact"])], description=_l("Phone or e-mail.")
    )
    content = TextAreaField(
        _l("What was given"),
        [InputRequired(_l("Say what was given.")), Length(max=LONGEST["content"])],
        render_kw={"rows": 3},
    )
    edition = StringField(
        lazy_pgettext("release", "Version"),
        [Length(max=LONGEST["edition"])],
        description=_l("Number of the issued document, or as of when. Files are registered with their digest."),
    )
    released_on = DayField(_l("Released on"), [InputRequired(DAY)])
    customers = TextAreaField(
        _l("Customers"),
        [Length(max=20_000)],
        description=_l("Whose data it is, one a line: code, prospect number or full name."),
        render_kw={"rows": 3},
    )


class AnswerForm(Form):
    """What the holder gives."""

    text = TextAreaField(_l("Answer"), [Length(max=LONGEST_TEXT)], render_kw={"rows": 8})
    files = MultipleFileField(_l("Files"))
    expires_on = DayField(_l("Can be looked at until"), [InputRequired(DAY)])

    def begin(self, request: DataRequest, customers: str) -> None:
        """What the form starts with."""
        self.expires_on.data = request.until

    def entry(self, request: DataRequest) -> dict[str, Any] | None:
        """What goes into the register; nothing while it stays inside."""
        return None


class OutsideForm(AnswerForm, ReleaseFields):
    """What the holder gives to leave the company, with its entry in the register."""

    def begin(self, request: DataRequest, customers: str) -> None:
        super().begin(request, customers)
        self.organisation.data, self.released_on.data = request.recipient, clock.today()  # type: ignore[attr-defined]
        self.customers.data = customers  # type: ignore[attr-defined]

    def entry(self, request: DataRequest) -> dict[str, Any] | None:
        return {**_entered(self), "purpose": request.purpose}


class ReleaseForm(Form, ReleaseFields):
    """An entry of the register."""

    purpose = TextAreaField(
        _l("Purpose"),
        [InputRequired(_l("Say what it was given for.")), Length(max=LONGEST["purpose"])],
        render_kw={"rows": 2},
    )
    files = MultipleFileField(_l("Files"), description=_l("A copy of what was given; it is kept with the entry."))

    def begin(self) -> None:
        """What the form starts with."""
        self.released_on.data = clock.today()  # type: ignore[attr-defined]

    def entry(self) -> dict[str, Any]:
        """What goes into the register."""
        return {**_entered(self), "purpose": self.purpose.data}


class CorrectionForm(ReleaseForm):
    """The entry that takes the place of a wrong one."""

    correction = StringField(
        _l("What was wrong"), [InputRequired(_l("Say what was wrong.")), Length(max=LONGEST["correction"])]
    )

    def fill(self, release: Release, customers: str) -> None:
        """The wrong entry as it is."""
        names = ("organisation", "person", "contact", "purpose", "content", "edition", "released_on")
        for name in names:
            self[name].data = getattr(release, name)
        self["customers"].data = customers

    def entry(self) -> dict[str, Any]:
        return {**super().entry(), "correction": self.correction.data}


def _entered(form: Any) -> dict[str, Any]:
    names = ("organisation", "person", "contact", "content", "edition", "released_on")
    return {name: form[name].data for name in names}


class DeclineForm(Form):
    """Why there is no answer."""

    reason = TextAreaField(
        _l("Reason"),
        [InputRequired(_l("Say why the request is declined.")), Length(max=LONGEST_REASON)],
        render_kw={"rows": 3},
    )
