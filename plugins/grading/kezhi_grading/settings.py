"""What a company may decide about grading beside its schemes."""

from __future__ import annotations

from wtforms import StringField
from wtforms.validators import Length, Regexp

from kezhi import SettingsForm
from kezhi import lazy_gettext as _l


class GradingSettings(SettingsForm):
    """Which scheme gives the service tiers (GRD-26)."""

    service_scheme = StringField(
        _l("Scheme of the service tiers"),
        [Length(max=40), Regexp(r"^[a-z0-9-]*$", message=_l("Write the key of a scheme, like service-tiers."))],
        description=_l("Its grades say how many hours a day a customer is served. Left empty, all have one tier."),
        default="service-tiers",
    )
