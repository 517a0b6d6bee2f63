"""The forms of tasks."""

from __future__ import annotations

from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from kezhi import User
from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice

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
