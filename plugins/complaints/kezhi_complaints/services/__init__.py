"""The policy of complaints as plain functions."""

from .correcting import correct, corrections_of
from .entries import entries, subtree, tree
from .feedback import (
    add_feedback,
    add_progress,
    change_feedback,
    feedback_by_id,
    feedback_of_complaint,
    go_on,
    may_work_on,
    progress_of,
    tell_result,
)
from .finding import complaint_by_id
from .history import add_event, add_events, events_of
from .meant import customer_meant, recent, suggested
from .public import count_use, end_link, is_good, make_link, present_link, register_from_web
from .registering import register

__all__ = [
    "add_event",
    "add_events",
    "add_feedback",
    "add_progress",
    "change_feedback",
    "complaint_by_id",
    "correct",
    "corrections_of",
    "count_use",
    "customer_meant",
    "end_link",
    "entries",
    "events_of",
    "feedback_by_id",
    "feedback_of_complaint",
    "go_on",
    "is_good",
    "make_link",
    "may_work_on",
    "present_link",
    "progress_of",
    "recent",
    "register",
    "register_from_web",
    "subtree",
    "suggested",
    "tell_result",
    "tree",
]
