"""The policy of complaints as plain functions."""

from .assisting import ask, decline, give, help_by_id, helps_of, may_ask, may_give
from .checking import check_step, may_make
from .correcting import correct, corrections_of
from .disputing import enter_dispute
from .entries import entries, subtree, tree
from .escalating import escalate
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
from .folding import standing
from .guiding import answer_guidance, guidance_of, guide, may_guide
from .history import add_event, add_events, events_of
from .investigating import hearings_of, investigations_of, save_findings
from .meant import customer_meant, recent, suggested
from .people import barred, check_accused
from .public import count_use, end_link, is_good, make_link, present_link, register_from_web
from .registering import register
from .stepping import take_step

__all__ = [
    "add_event",
    "add_events",
    "add_feedback",
    "add_progress",
    "answer_guidance",
    "ask",
    "barred",
    "change_feedback",
    "check_accused",
    "check_step",
    "complaint_by_id",
    "correct",
    "corrections_of",
    "count_use",
    "customer_meant",
    "decline",
    "end_link",
    "enter_dispute",
    "entries",
    "escalate",
    "events_of",
    "feedback_by_id",
    "feedback_of_complaint",
    "give",
    "go_on",
    "guidance_of",
    "guide",
    "hearings_of",
    "help_by_id",
    "helps_of",
    "investigations_of",
    "is_good",
    "make_link",
    "may_ask",
    "may_give",
    "may_guide",
    "may_make",
    "may_work_on",
    "present_link",
    "progress_of",
    "recent",
    "register",
    "register_from_web",
    "save_findings",
    "standing",
    "subtree",
    "suggested",
    "take_step",
    "tell_result",
    "tree",
]
