"""The forms of the credit app."""

from .classes import ClassForm
from .customers import LimitForm, RateForm

__all__ = ["ClassForm", "LimitForm", "RateForm"]
