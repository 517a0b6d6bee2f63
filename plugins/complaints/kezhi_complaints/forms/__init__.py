"""The forms of complaints."""

from .feedback import FeedbackForm, OnForm, ProgressForm, ResultForm
from .levels import LevelForm
from .lists import ChangeForm, EntryForm
from .public import PublicForm
from .registering import RegisterForm

__all__ = [
    "ChangeForm",
    "EntryForm",
    "FeedbackForm",
    "LevelForm",
    "OnForm",
    "ProgressForm",
    "PublicForm",
    "RegisterForm",
    "ResultForm",
]
