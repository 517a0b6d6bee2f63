"""What a company decides about giving out customer data."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from kezhi import SettingsForm, db
from kezhi import lazy_gettext as _l
from kezhi.forms import choice

from ..accounts.models import Department

WHOLE = _l("Write a whole number.")


def _departments() -> list[Any]:
    rows = db.session.execute(select(Department.id, Department.name).order_by(Department.name))
    first = choice("", _l("where the customer-service manager works"))
    return [first, *(choice(row.id, row.name) for row in rows)]


class ReleaseSettings(SettingsForm):
    """Who holds the customer files, how fast it answers, how long an answer can be looked at (CUS-09)."""

    holder = SelectField(
        _l("Department that holds the customer files"),
        default="",
        choices=_departments,
        description=_l("Only its members answer data requests and release customer data."),
    )
    answer_hours = IntegerField(
        _l("Hours of working time for an answer"),
        [InputRequired(WHOLE), NumberRange(min=1, max=400)],
        default=16,
        description=_l("From the signature on; after it the request goes up to the manager of that department."),
    )
    longest_days = IntegerField(
        _l("Days for which an answer can be asked for at most"),
        [InputRequired(WHOLE), NumberRange(min=1, max=730)],
        default=90,
        description=_l("After its last day an answer can no longer be looked at or downloaded."),
    )
