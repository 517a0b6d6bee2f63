"""The policy of complaints as plain functions."""

from .assisting import ask, decline, give, help_by_id, helps_of, may_ask, may_give
from .checking import check_step, may_make
from .entries import entries
from .escalating import escalate
from .finding import complaint_by_id
from .folding import standing
from .guiding import answer_guidance, guidance_of, guide, may_guide
from .history import add_event, events_of
from .investigating import hearings_of, investigations_of, save_findings
from .people import barred, check_accused, check_signer, fair_steps
from .registering import register
from .stepping import take_step

__all__ = [
    "add_event",
    "answer_guidance",
    "ask",
    "barred",
    "check_accused",
    "check_signer",
    "check_step",
    "complaint_by_id",
    "decline",
    "entries",
    "escalate",
    "events_of",
    "fair_steps",
    "give",
    "guidance_of",
    "guide",
    "hearings_of",
    "help_by_id",
    "helps_of",
    "investigations_of",
    "may_ask",
    "may_give",
    "may_guide",
    "may_make",
    "register",
    "save_findings",
    "standing",
    "take_step",
]
