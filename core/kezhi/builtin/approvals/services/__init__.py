"""Approvals: what other apps and the pages call."""

from .decisions import audit_refusal, reject, send_back, sign, void, withdraw
from .queries import inbox, mine, request_by_id, waiting_count
from .requests import propose, request_for, resubmit

__all__ = [
    "audit_refusal",
    "inbox",
    "mine",
    "propose",
    "reject",
    "request_by_id",
    "request_for",
    "resubmit",
    "send_back",
    "sign",
    "void",
    "waiting_count",
    "withdraw",
]
