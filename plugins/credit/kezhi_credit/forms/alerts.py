"""The form of a measure against a credit risk (CRD-06)."""

from __future__ import annotations

from wtforms import IntegerField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice

from ..labels import MEASURE_LABELS
from ..services.classes import MOST_DAYS
from ..services.measures import LONGEST_REASON


class MeasureForm(Form):
    """What is done about the open alerts of a customer."""

    kind = RadioField(
        _l("Measure"),
        [InputRequired(_l("Choose one of the measures."))],
        choices=[choice(key, text) for key, text in MEASURE_LABELS.items()],
    )
    days = IntegerField(_l("Payment term in days, for a shorter one"), [Optional(), NumberRange(min=0, max=MOST_DAYS)])
    reason = TextAreaField(
        _l("What was agreed, or why nothing is needed"),
        [InputRequired(_l("Say what was agreed, or why nothing is needed.")), Length(max=LONGEST_REASON)],
        render_kw={"rows": 3},
    )


class SecurityForm(Form):
    """That a required security was given."""

    security = TextAreaField(
        _l("What was given, and where it is kept"),
        [InputRequired(_l("Say what was given, and where it is kept.")), Length(max=LONGEST_REASON)],
        render_kw={"rows": 3},
    )
