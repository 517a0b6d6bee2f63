"""Keeping customer files in order, as plain functions: pages, jobs and commands are thin callers."""

from . import checking, keeping, protecting
from .notes import Wrong, hand_in, note_with, observations_of, own_note
from .owed import Debtor, debtors, open_months, scope_of
from .verifying import open_of, verifications_of, verify, verify_many

__all__ = [
    "Debtor",
    "Wrong",
    "checking",
    "debtors",
    "hand_in",
    "keeping",
    "note_with",
    "observations_of",
    "open_months",
    "open_of",
    "own_note",
    "protecting",
    "scope_of",
    "verifications_of",
    "verify",
    "verify_many",
]
