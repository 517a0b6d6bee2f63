"""The tables of this builtin."""

from .base import Base
from .notes import MarketNote, Observation, ObservationCustomer
from .verification import CORRECTED, UNCHANGED, Verification

__all__ = ["CORRECTED", "UNCHANGED", "Base", "MarketNote", "Observation", "ObservationCustomer", "Verification"]
