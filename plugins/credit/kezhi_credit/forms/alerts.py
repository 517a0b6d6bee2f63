"""The form of a measure against a credit risk (CRD-06)."""

from __future__ import annotations

from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice

from ..labels import MEASURE_LABELS
from ..services.measures import LONGEST_REASON


class MeasureForm(Form):
    """What is done about the open alerts of a customer."""

    kind = RadioField(
        _l("Measure"),
        [InputRequired(_l("Choose one of the measures."))],
        choices=[choice(key, text) for key, text in MEASURE_LABELS.items()],
    )
    reason = TextAreaField(
        _l("What was agreed, or why nothing is needed"),
        [InputRequired(_l("Say what was agreed, or why nothing is needed.")), Length(max=LONGEST_REASON)],
        render_kw={"rows": 3},
    )
