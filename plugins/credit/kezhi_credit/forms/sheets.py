"""The forms of a credit rating sheet: proposed by sales, decided by finance (CRD-02)."""

from __future__ import annotations

from wtforms import SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice

from ..services import classes_in_use, title_of
from ..services.sheets import LONGEST_OPINION


class SheetForm(Form):
    """The class that sales propose, and what speaks for it."""

    class_id = SelectField(_l("Proposed class"), coerce=int)
    opinion = TextAreaField(
        _l("Opinion of sales"),
        [InputRequired(_l("Write what speaks for this class.")), Length(max=LONGEST_OPINION)],
        render_kw={"rows": 3},
    )

    def offer(self, suggested: int | None) -> None:
        """The classes in use; an empty form starts with the one that the score suggests."""
        self.class_id.choices = [choice(each["id"], f"{each['key']} {title_of(each)}") for each in classes_in_use()]
        if not self.is_submitted() and suggested is not None:
            self.class_id.data = suggested


class DecisionForm(Form):
    """The class that is given; with a reason where it is another one than the proposed."""

    class_id = SelectField(_l("Class given"), coerce=int)
    reason = TextAreaField(
        _l("Why another class than the proposed one"), [Optional(), Length(max=LONGEST_OPINION)], render_kw={"rows": 2}
    )

    def offer(self, proposed: int) -> None:
        """The classes in use; an empty form starts with the proposed one."""
        self.class_id.choices = [choice(each["id"], f"{each['key']} {title_of(each)}") for each in classes_in_use()]
        if not self.is_submitted():
            self.class_id.data = proposed
