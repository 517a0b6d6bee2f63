"""The forms of complaints."""

from .registering import RegisterForm

__all__ = ["RegisterForm"]
