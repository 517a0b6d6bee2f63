"""The forms of tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import DateField, SelectField, StringField, TimeField
from wtforms.validators import InputRequired, Length, Optional

from kezhi import User
from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice
from kezhi.i18n import _

from .contributions import NoticeKind
from .rules import ASSIGN
from .services import receivers
from .services.closing import LONGEST_REASON
from .todo import LONGEST


class TodoForm(Form):
    """A new to-do."""

    text = StringField(_l("What is to be done"), [InputRequired(_l("Write what is to be done.")), Length(max=LONGEST)])
    due = DateField(_l("To be done by"), [InputRequired(_l("Choose a day."))])
    owner = SelectField(_l("Whose task"), choices=[])

    def prepare(self, user: User) -> None:
        """Who can be chosen: oneself, and for who leads people those of the own departments."""
        names = dict(receivers(user)) if user.can(ASSIGN) else {}
        me = choice(user.id, _l("Myself"))
        self.owner.choices = [me, *(choice(key, name) for key, name in names.items() if key != user.id)]


class DoneForm(Form):
    """How a task was done."""

    reason = StringField(_l("Remark"), [Optional(), Length(max=LONGEST_REASON)])


class AssignForm(Form):
    """Who has a task from now on."""

    owner = SelectField(_l("Give it to"), choices=[])
    seen = StringField()

    def prepare(self, user: User, owner_id: int | None) -> None:
        """Everybody whom the person may choose, but whom it is up to now."""
        names = receivers(user)
        self.owner.choices = [choice(key, name) for key, name in names if key != owner_id]


class MailForm(Form):
    """Where and when one gets e-mail. How each kind of notice goes out stands beside it, one field for each kind."""

    email = StringField(_l("E-mail address"), [Optional(), Length(max=200)])
    quiet_from = TimeField(_l("Quiet from"), [Optional()])
    quiet_until = TimeField(_l("Quiet until"), [Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """Both times or none, beside what each field asks for."""
        fine = bool(super().validate(extra_validators))
        if fine and (self.quiet_until.data is None) != (self.quiet_from.data is None):
            self.quiet_until.errors = [_("Enter both times, or none.")]
            return False
        return fine


def mail_form(kinds: Mapping[str, NoticeKind]) -> type[MailForm]:
    """The form with a field for each kind; kinds are called by their place, keys hold a dot."""
    options = [choice("now", _l("At once")), choice("digest", _l("In the daily summary")), choice("none", _l("Never"))]
    fields: dict[str, Any] = {
        f"kind_{number}": SelectField(kind.title, choices=options) for number, kind in enumerate(kinds.values())
    }
    return type("MailFormOfKinds", (MailForm,), fields)
