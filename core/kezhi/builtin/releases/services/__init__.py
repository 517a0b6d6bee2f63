"""Data requests and external releases as plain functions: pages, jobs and other apps are thin callers (CUS-09)."""

from .answering import answer, decline, to_answer
from .approving import subject_kind
from .asking import ask, ask_again
from .finding import (
    answer_of,
    customers_meant,
    customers_of,
    release_by_id,
    releases_of,
    request_by_id,
    seen_customers,
    successor_of,
)
from .registering import correct, register

__all__ = [
    "answer",
    "answer_of",
    "ask",
    "ask_again",
    "correct",
    "customers_meant",
    "customers_of",
    "decline",
    "register",
    "release_by_id",
    "releases_of",
    "request_by_id",
    "seen_customers",
    "subject_kind",
    "successor_of",
    "to_answer",
]
