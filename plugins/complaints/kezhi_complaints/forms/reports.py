"""The forms of the monthly report (CMP-20)."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, SelectMultipleField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice
from kezhi.i18n import lazy_pgettext

from ..models import Report
from ..services.report_signing import possible_recipients
from ..services.reports import LONGEST_TEXT, TEXTS
from .fields import Difference, differences


class ReportForm(Form):
    """What the figures show, and what is done about it. ``version`` is that of the report when the form was opened."""

    version = HiddenField()
    findings = TextAreaField(
        lazy_pgettext("report", "Findings"), [Length(max=LONGEST_TEXT)], render_kw={"rows": 7},
        description=_l("What the figures show: what grew, why, and what it means for customers. Name no person."),
    )  # fmt: skip
    measures = TextAreaField(
        lazy_pgettext("report", "Measures"), [Length(max=LONGEST_TEXT)], render_kw={"rows": 7},
        description=_l("What is done about it, by which department, until when."),
    )  # fmt: skip

    def fill(self, report: Report) -> None:
        """The text as it is stored."""
        for name in TEXTS:
            self[name].data = getattr(report, name)
        self.version.data = str(report.version)

    def values(self) -> dict[str, str]:
        """What the service takes."""
        return {name: self[name].data or "" for name in TEXTS}

    def meet(self, report: Report) -> list[Difference]:
        """Somebody else saved first: what differs, and the version that the next save of what was typed replaces."""
        stored = ReportForm(formdata=None)
        stored.fill(report)
        self.version.data = stored.version.data
        return differences(self, stored)


class VersionForm(Form):
    """Something is done to a report as it was seen."""

    version = HiddenField()


class SubmitForm(Form):
    """Who gets the report once it is signed."""

    version = HiddenField()
    recipients: Any = SelectMultipleField(
        lazy_pgettext("report", "Recipients"), coerce=int, widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(), validate_choice=False,
        description=_l("They are told, also by e-mail, as soon as the last signature is given."),
    )  # fmt: skip

    def prepare(self, report: Report) -> None:
        """Everybody who may see reports; all of them are chosen at first."""
        people = possible_recipients()
        self.recipients.choices = [choice(key, name) for key, name in people]
        if not self.is_submitted():
            known = {key for key, _name in people}
            self.recipients.data = [each for each in report.recipients if each in known] or sorted(known)
