"""What a company may decide about keeping its customer files in order."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, DateField, IntegerField, SelectField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, NumberRange, Optional

from kezhi import SettingsForm, localised
from kezhi import lazy_gettext as _l
from kezhi.forms import choice
from kezhi.i18n import _

from ..accounts.forms import Ticks
from . import checklist
from .rules import SELLERS

WHOLE = _l("Write a whole number.")


def rhythms() -> list[object]:
    """How often, in months."""
    return [
        choice("1", _l("Every month")),
        choice("3", _l("Every quarter")),
        choice("6", _l("Every half-year")),
        choice("12", _l("Every year")),
    ]


def roles() -> list[object]:
    """The roles of the company."""
    from ..accounts.services import all_roles

    return [choice(role.key, localised(role.title)) for role in all_roles()]


def business_types() -> list[object]:
    """The company's business types."""
    from ..customers.services import lists

    return [choice(key, text) for key, text in lists.texts("business_type").items()]


class UpkeepSettings(SettingsForm):
    """The rhythm of verification, who writes competitive-environment notes (CUS-07), and security checks (CUS-12)."""

    verify_months = SelectField(
        _l("Customer files are verified"),
        default="3",
        choices=rhythms,
        description=_l("Due on the last workday. The policy asks for every quarter: anything longer departs from it."),
    )
    verify_lead_days = IntegerField(
        _l("Days before the due date on which verifying becomes a task"),
        [InputRequired(WHOLE), NumberRange(min=0, max=366)],
        default=30,
    )
    verify_prospects = BooleanField(_l("Files of prospects are verified too"), default=True)
    asked_since = DateField(
        _l("Recurring duties are asked for since"),
        [Optional()],
        description=_l("What was due before the quarter or month of this day does not count. Empty: from the start."),
        default=None,
    )
    note_roles = Ticks(
        _l("Who hands in a competitive-environment note each month"), choices=roles, default=list(SELLERS)
    )
    institutional_types = Ticks(
        _l("Customers whose base file is kept in two copies"),
        choices=business_types,
        default=["contractor", "trading-company", "operation-centre"],
        description=_l("By their business type: institutional customers."),
    )
    check_months = SelectField(_l("Security checks are made"), default="3", choices=rhythms)
    check_items = TextAreaField(
        _l("What a security check looks at"),
        [InputRequired(_l("Write at least one item."))],
        description=_l("One item on each line. Checks that were begun keep the list they began with."),
        default=checklist.shipped,
        render_kw={"rows": 12},
    )

    def validate_check_items(self, field: Any) -> None:
        """Not too many, none too long."""
        items = checklist.lines(field.data or "")
        if len(items) > checklist.MOST_ITEMS:
            raise ValidationError(_("At most %(count)s items.", count=checklist.MOST_ITEMS))
        if any(len(item) > checklist.LONGEST_ITEM for item in items):
            raise ValidationError(_("An item has at most %(count)s characters.", count=checklist.LONGEST_ITEM))
