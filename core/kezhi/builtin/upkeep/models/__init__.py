"""The tables of this builtin."""

from .base import Base
from .notes import MarketNote, Observation, ObservationCustomer
from .protection import (
    FINDING,
    FINE,
    NOT_APPLICABLE,
    Acknowledgement,
    CheckItem,
    Finding,
    Officer,
    Procedure,
    SecurityCheck,
)
from .verification import CORRECTED, UNCHANGED, Verification

__all__ = [
    "CORRECTED",
    "FINDING",
    "FINE",
    "NOT_APPLICABLE",
    "UNCHANGED",
    "Acknowledgement",
    "Base",
    "CheckItem",
    "Finding",
    "MarketNote",
    "Observation",
    "ObservationCustomer",
    "Officer",
    "Procedure",
    "SecurityCheck",
    "Verification",
]
