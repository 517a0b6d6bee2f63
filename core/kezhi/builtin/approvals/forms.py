"""The forms of a decision, of passing it on, and of deputies."""

from __future__ import annotations

from typing import Any

from wtforms import DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Regexp

from kezhi import lazy_gettext as _l
from kezhi import localised
from kezhi.builtin.accounts.services import active_people
from kezhi.forms import Form, choice
from kezhi.i18n import lazy_pgettext

from .models import Request
from .services.decisions import LONGEST_OPINION
from .services.deputies import LONGEST_NOTE


def _number(value: Any) -> int | None:
    return int(value) if str(value or "").isdecimal() else None


class SeenForm(Form):
    """What of the request was on the page: ``seen`` is round, step and version."""

    seen = HiddenField(validators=[Regexp(r"\d{1,9}\.\d{1,9}\.\d{1,9}\Z")])

    @staticmethod
    def seen_of(request: Request) -> str:
        """What the page of ``request`` puts into ``seen``."""
        return f"{request.round}.{request.step}.{request.version}"

    def looked_at(self) -> tuple[int, int, int]:
        """Round, step and version that the person looked at."""
        number, position, version = (int(part) for part in (self.seen.data or "").split("."))
        return number, position, version


class DecisionForm(SeenForm):
    """An opinion, and to which step it goes back when it is returned; without one to its maker."""

    opinion = TextAreaField(
        _l("Opinion"),
        validators=[
            Length(max=LONGEST_OPINION, message=_l("The opinion is longer than %(max)d characters; shorten it."))
        ],
    )
    to = SelectField(_l("Return it to"), coerce=_number, validate_choice=False)

    def prepare(self, maker: str, steps: list[tuple[int, Any]]) -> None:
        """Where a returned request can go: its maker first, then the steps before the current one."""
        self.to.choices = [choice("", maker), *(choice(place, f"{place} {localised(title)}") for place, title in steps)]


class SignerForm(SeenForm):
    """Who shall sign the step, in one's own place or beside one, and why."""

    person = SelectField(_l("Signer"), coerce=_number, validate_choice=False)
    reason = StringField(lazy_pgettext("signature", "What is asked for"), [Length(max=LONGEST_OPINION)])

    def prepare(self, without: set[int | None]) -> None:
        """Everybody who may log in, but ``without`` these."""
        people = [choice(key, name) for key, name in active_people() if key not in without]
        self.person.choices = [choice("", _l("Choose a person")), *people]


class DeputyForm(Form):
    """Who signs in whose place from which day to which."""

    user = SelectField(_l("Absent"), coerce=_number, validate_choice=False)
    deputy = SelectField(_l("Deputy"), coerce=_number, validate_choice=False)
    since = DateField(_l("First day"), [InputRequired(_l("Choose a day."))])
    until = DateField(_l("Last day"), [InputRequired(_l("Choose a day."))])
    note = StringField(_l("Remark"), [Length(max=LONGEST_NOTE)])

    def prepare(self, own_id: int | None, others: bool) -> None:
        """Everybody who may log in; the absent person is oneself unless ``others`` may be entered too."""
        people = active_people()
        self.user.choices = [choice(key, name) for key, name in people if others or key == own_id]
        absent = None if others else own_id
        deputies = [choice(key, name) for key, name in people if key != absent]
        self.deputy.choices = [choice("", _l("Choose a person")), *deputies]
