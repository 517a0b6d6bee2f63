"""The forms of remedies, responsibility, corrective actions and satisfaction (CMP-13 to CMP-15)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from kezhi import Refused, clock, currency
from kezhi import lazy_gettext as _l
from kezhi.forms import choice
from kezhi.i18n import _, lazy_pgettext
from kezhi.money import to_minor, to_units

from ..models import (
    BY_CARRIER,
    BY_DEPARTMENT,
    BY_PERSON,
    BY_SUPPLIER,
    CAUSE,
    REMEDIES,
    SCORES,
    Complaint,
    CorrectiveAction,
    Remedy,
    Responsibility,
)
from ..services.actions import LONGEST_TEXT
from ..services.entries import shown, tree
from ..services.remedies import LONGEST_TEXT as LONGEST_AGREED
from ..services.responsible import LONGEST_NAME, MOST_SHARES, Share
from ..services.satisfaction import LONGEST_COMMENT
from ..words_remedies import REMEDY_WORDS, SCORE_WORDS, UNIT_WORDS
from .fields import DayField, nobody, people, places, whole
from .handling import VersionForm

PPM_OF_PERCENT = 10_000


class RemedyForm(VersionForm):
    """What the customer is given, and what it costs."""

    kind = SelectField(_l("Kind of remedy"))
    amount = StringField(lazy_pgettext("remedy", "Amount"), [Optional(), Length(max=30)],
                         render_kw={"inputmode": "decimal", "autocomplete": "off"})  # fmt: skip
    agreed = TextAreaField(_l("What was agreed"), [InputRequired(_l("Write down what was agreed with the customer.")),
                                                   Length(max=LONGEST_AGREED)], render_kw={"rows": 3})  # fmt: skip

    def prepare(self, held: Remedy | None = None) -> None:
        """What can be chosen; of a remedy what it is."""
        self.kind.choices = [choice(key, REMEDY_WORDS[key]) for key in REMEDIES]
        self.amount.description = _("In %(currency)s; empty when it costs nothing.", currency=currency())
        if held is not None and not self.is_submitted():
            self.version.data, self.kind.data, self.agreed.data = held.version, held.kind, held.agreed
            self.amount.data = to_units(held.amount, held.currency) if held.amount else ""

    def minor(self) -> int:
        """The amount in minor units. Errors: ``Refused`` at the field for what is none."""
        text = (self.amount.data or "").strip().replace("，", ",")
        if not text:
            return 0
        try:
            return to_minor(text, currency())
        except ValueError:
            raise Refused(_("Write an amount such as 1280.50."), field="amount") from None


class DoneForm(VersionForm):
    """That a remedy was carried out."""

    note = TextAreaField(_l("How it was carried out"), [Length(max=LONGEST_AGREED)], render_kw={"rows": 3})


class ReasonForm(VersionForm):
    """Why something is given up, passed up or left as it is."""

    note = TextAreaField(lazy_pgettext("complaint", "Note"),
                         [InputRequired(_l("Write down what was decided or said.")), Length(max=LONGEST_COMMENT)],
                         render_kw={"rows": 3})  # fmt: skip


class _Rows(VersionForm):
    """The rows of who bears the cost: fields ``who0``, ``name0``, ``share0`` and so on."""


for at in range(MOST_SHARES):
    setattr(_Rows, f"who{at}", SelectField(lazy_pgettext("cost", "Responsible"), [Optional()]))
    setattr(_Rows, f"name{at}", StringField(_l("Name of supplier or carrier"), [Length(max=LONGEST_NAME)]))
    setattr(
        _Rows, f"share{at}", StringField(_l("Share in percent"), [Length(max=12)], render_kw={"inputmode": "decimal"})
    )


class ResponsibleForm(_Rows):
    """The cause, and who bears which share of the cost."""

    cause = SelectField(lazy_pgettext("complaint", "Cause"), coerce=whole)

    def prepare(self, complaint: Complaint, held: list[Responsibility]) -> None:
        """What can be chosen, and how it stands."""
        rows = [row for row in tree(CAUSE, retired=True) if not row["retired_at"] or row["id"] == complaint.cause_id]
        self.cause.choices = [nobody(), *(choice(row["id"], shown(row)) for row in rows)]
        who = [nobody(), *self._outside(), *self._departments(held), *self._people(held)]
        for at in range(MOST_SHARES):
            self[f"who{at}"].choices = who
        if self.is_submitted():
            return
        self.version.data, self.cause.data = complaint.version, complaint.cause_id
        for at, each in enumerate(held):
            inside = each.department_id or each.user_id
            self[f"who{at}"].data = f"{each.unit}:{inside}" if inside else each.unit
            self[f"name{at}"].data = "" if inside else each.name
            self[f"share{at}"].data = f"{Decimal(each.share) / PPM_OF_PERCENT:f}"

    def _outside(self) -> list[Any]:
        return [choice(key, _("%(unit)s (write the name)", unit=UNIT_WORDS[key])) for key in (BY_SUPPLIER, BY_CARRIER)]

    def _departments(self, held: list[Responsibility]) -> list[Any]:
        return [choice(f"{BY_DEPARTMENT}:{each.value}", each.label) for each in places() if each.value != ""]

    def _people(self, held: list[Responsibility]) -> list[Any]:
        gone = next((each for each in held if each.user_id), None)
        rows = people(gone.user_id, gone.name) if gone is not None else people()
        return [choice(f"{BY_PERSON}:{each.value}", each.label) for each in rows if each.value != ""]

    def shares(self) -> list[Share]:
        """What was typed. Errors: ``Refused`` at the field of the share that is none."""
        found = []
        for at in range(MOST_SHARES):
            who, name, text = (str(self[f"{part}{at}"].data or "").strip() for part in ("who", "name", "share"))
            if not who and not text and not name:
                continue
            if not who:
                raise Refused(_("Choose who is responsible."), field=f"who{at}")
            unit, _colon, reference = who.partition(":")
            found.append(Share(unit, int(reference) if reference.isdigit() else name, _ppm(text, f"share{at}")))
        return found


def _ppm(text: str, field: str) -> int:
    try:
        parts = Decimal(text.replace("%", "").replace("％", "").strip()) * PPM_OF_PERCENT
    except InvalidOperation:
        parts = Decimal("NaN")
    if not parts.is_finite() or not 0 < parts <= 100 * PPM_OF_PERCENT or parts != parts.to_integral_value():
        raise Refused(_("Write a share such as 60 or 33.3333."), field=field)
    return int(parts)


class ActionForm(VersionForm):
    """What is to be done about the cause, by whom until when, and who checks the effect."""

    measure = TextAreaField(_l("Measure"), [InputRequired(_l("Write down what is to be done.")),
                                            Length(max=LONGEST_TEXT)], render_kw={"rows": 3})  # fmt: skip
    owner = SelectField(lazy_pgettext("action", "Carried out by"), coerce=whole)
    due_on = DayField(lazy_pgettext("action", "Due on"), [Optional()])
    checker = SelectField(_l("Effect checked by"), coerce=whole,
                          description=_l("Somebody else than who carries it out."))  # fmt: skip

    def prepare(self, out: set[int], held: CorrectiveAction | None = None) -> None:
        """Who can be chosen: not ``out``, who have no part in the complaint."""
        rows = [each for each in people() if each.value == "" or int(each.value) not in out]
        self.owner.choices = self.checker.choices = rows
        if held is not None and not self.is_submitted():
            self.version.data, self.measure.data = held.version, held.measure
            self.owner.data, self.checker.data = held.owner_id, held.checker_id
            self.due_on.data = clock.local(held.due_at).date()


class FinishForm(VersionForm):
    """What was done."""

    note = TextAreaField(_l("What was done"), [InputRequired(_l("Write down what was done.")),
                                               Length(max=LONGEST_TEXT)], render_kw={"rows": 4})  # fmt: skip


class CheckForm(VersionForm):
    """Whether it had an effect."""

    effective = RadioField(_l("Did it have an effect?"), [InputRequired(_l("Choose whether it had an effect."))],
                           choices=[choice("yes", lazy_pgettext("action", "It is effective")),
                                    choice("no", lazy_pgettext("action", "It has no effect"))])  # fmt: skip
    note = TextAreaField(_l("What was looked at and found"),
                         [InputRequired(_l("Write down what you looked at, and what you found.")),
                          Length(max=LONGEST_TEXT)], render_kw={"rows": 3})  # fmt: skip


class SatisfactionForm(VersionForm):
    """The one question, and a comment: on the public page and by phone."""

    score = RadioField(_l("How satisfied are you with how we handled it?"),
                       [InputRequired(_l("Choose how satisfied you are."))], coerce=int,
                       choices=[choice(each, SCORE_WORDS[each]) for each in SCORES])  # fmt: skip
    comment = TextAreaField(_l("What would you like to tell us?"), [Length(max=LONGEST_COMMENT)],
                            render_kw={"rows": 4})  # fmt: skip
