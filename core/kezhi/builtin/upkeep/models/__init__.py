"""The tables of this builtin."""

from .base import Base
from .copies import DATABASE, SERVICE, BaseCopy, Guidance
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
    "DATABASE",
    "FINDING",
    "FINE",
    "NOT_APPLICABLE",
    "SERVICE",
    "UNCHANGED",
    "Acknowledgement",
    "Base",
    "BaseCopy",
    "CheckItem",
    "Finding",
    "Guidance",
    "MarketNote",
    "Observation",
    "ObservationCustomer",
    "Officer",
    "Procedure",
    "SecurityCheck",
    "Verification",
]
