"""What states, reasons and outcomes are called."""

from __future__ import annotations

from kezhi import lazy_gettext as _l

from .contributions import FILE, PERSONS

REASONS = {
    "expired": _l("Retention is over"),
    "ended": _l("Business relation ended for good"),
    "closed": _l("The customer was wound up"),
    "asked": _l("The persons concerned ask for it"),
    "mistake": _l("Entered by mistake"),
}
SCOPES = {
    FILE: _l("The whole customer file"),
    PERSONS: _l("Personal data only, the file stays"),
}
STATES = {
    "waiting": _l("Waiting for signatures"),
    "approved": _l("Being carried out"),
    "done": _l("Carried out"),
    "returned": _l("Returned"),
    "rejected": _l("Rejected"),
    "withdrawn": _l("Withdrawn"),
}
STATE_TONES = {
    "waiting": "amber",
    "approved": "indigo",
    "done": "green",
    "returned": "orange",
    "rejected": "red",
    "withdrawn": "gray",
}
OUTCOMES = {
    "": _l("To be destroyed"),
    "destroyed": _l("Destroyed"),
    "kept": _l("Kept by decision"),
    "changed": _l("Left: changed after it was proposed"),
    "blocked": _l("Left: has to be kept"),
    "gone": _l("Was gone already"),
}
OUTCOME_TONES = {
    "": "amber",
    "destroyed": "green",
    "kept": "indigo",
    "changed": "orange",
    "blocked": "orange",
    "gone": "gray",
}
