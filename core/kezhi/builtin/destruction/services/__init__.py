"""Destruction as plain functions: pages, jobs and commands are thin callers."""

from .deciding import JOB, subject_kind
from .executing import execute_proposal, run
from .places import obstacles, places, what_goes
from .proposing import keep_back, may_keep, proposal_by_id, propose_destruction

__all__ = [
    "JOB",
    "execute_proposal",
    "keep_back",
    "may_keep",
    "obstacles",
    "places",
    "proposal_by_id",
    "propose_destruction",
    "run",
    "subject_kind",
    "what_goes",
]
