"""The form of a decision."""

from __future__ import annotations

from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length, Regexp

from kezhi import lazy_gettext as _l
from kezhi.forms import Form

from .models import Request
from .services.decisions import LONGEST_OPINION


class DecisionForm(Form):
    """An opinion, and what of the request was on the page: ``seen`` is round, step and version."""

    seen = HiddenField(validators=[Regexp(r"\d{1,9}\.\d{1,9}\.\d{1,9}\Z")])
    opinion = TextAreaField(
        _l("Opinion"),
        validators=[
            Length(max=LONGEST_OPINION, message=_l("The opinion is longer than %(max)d characters; shorten it."))
        ],
    )

    @staticmethod
    def seen_of(request: Request) -> str:
        """What the page of ``request`` puts into ``seen``."""
        return f"{request.round}.{request.step}.{request.version}"

    def looked_at(self) -> tuple[int, int, int]:
        """Round, step and version that the person looked at."""
        number, position, version = (int(part) for part in (self.seen.data or "").split("."))
        return number, position, version
