"""Confirmation of new customers: what pages, jobs and the customer file call."""

from .confirming import subject_kind
from .following import follow_changes
from .queries import state_of, submission_by_id
from .sending import send, send_again, send_one

__all__ = [
    "follow_changes",
    "send",
    "send_again",
    "send_one",
    "state_of",
    "subject_kind",
    "submission_by_id",
]
