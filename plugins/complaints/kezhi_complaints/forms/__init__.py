"""The forms of complaints."""

from .levels import LevelForm
from .registering import RegisterForm

__all__ = ["LevelForm", "RegisterForm"]
