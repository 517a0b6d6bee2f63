"""The form by which customers are shared."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from wtforms import DateField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from kezhi import acting_user, clock
from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice

from ...accounts.services import active_people, tree
from .acts import LONGEST_REASON, Terms, longest_days

LOOK, WRITE = "look", "write"
USUAL_DAYS = 30


def _number(text: Any) -> int | None:
    return int(text) if text and str(text).isdigit() and len(str(text)) < 19 else None


class ShareForm(Form):
    """To whom, from when to when, for what."""

    person = SelectField(_l("Person"), coerce=_number, validators=[Optional()])
    department = SelectField(
        _l("or a whole department"),
        coerce=_number,
        validators=[Optional()],
        description=_l("Everybody in it and in the departments below it."),
    )
    from_on = DateField(_l("From"), [InputRequired(_l("Choose a day."))])
    to_on = DateField(
        _l("To, this day included"), [InputRequired(_l("Choose a day."))], description=_l("Then it ends by itself.")
    )
    right = RadioField(
        _l("What it allows"),
        choices=[
            choice(LOOK, _l("Look only")),
            choice(WRITE, _l("Look and change, but not hand over, destroy or share on")),
        ],
        default=LOOK,
    )
    reason = StringField(
        _l("What for"),
        [InputRequired(_l("Write what the access is for.")), Length(max=LONGEST_REASON)],
        description=_l("Stands in the history of the file."),
        render_kw={"maxlength": LONGEST_REASON},
    )

    def prepare(self) -> None:
        """Fill in the choices; who may not change files gives nobody the right to. Before validation."""
        user, today = acting_user(), clock.today()
        people = [choice(*row) for row in active_people() if row[0] != user.id]
        self.person.choices = [choice("", "—"), *people]
        places = [choice(each.id, "　" * each.depth + each.name) for each in tree()]
        self.department.choices = [choice("", "—"), *places]
        if not user.can("customers.write"):
            self.right.choices = self.right.choices[:1]  # type: ignore[index]
        if not self.from_on.raw_data:
            self.from_on.data = today
            self.to_on.data = today + timedelta(days=min(USUAL_DAYS, longest_days()) - 1)

    def terms(self) -> Terms:
        """What was asked for, once it is valid."""
        assert self.from_on.data is not None
        assert self.to_on.data is not None
        return Terms(
            self.from_on.data,
            self.to_on.data,
            self.reason.data or "",
            self.person.data,
            self.department.data,
            self.right.data == WRITE,
        )
