"""The tables of this builtin."""

from .base import Base
from .verification import CORRECTED, UNCHANGED, Verification

__all__ = ["CORRECTED", "UNCHANGED", "Base", "Verification"]
