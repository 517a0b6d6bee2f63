"""The forms of the credit app."""

from .alerts import MeasureForm, SecurityForm
from .checks import CheckForm, ReleaseForm
from .classes import ClassForm
from .customers import LimitForm, RateForm

__all__ = ["CheckForm", "ClassForm", "LimitForm", "MeasureForm", "RateForm", "ReleaseForm", "SecurityForm"]
