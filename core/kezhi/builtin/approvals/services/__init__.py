"""Approvals: what other apps and the pages call."""

from ..flows.following import company_flow, flow_steps
from ..flows.keeping import keep_flow
from ..flows.words import who_signs
from .decisions import audit_refusal, reject, send_back, sign, void, withdraw
from .deputies import absences, add_deputy, end_deputy, stands_in_for
from .passing import add_signer, pass_on
from .queries import inbox, mine, present_signatures, request_by_id, signer_name, waiting_count
from .requests import propose, request_for, resubmit

__all__ = [
    "absences",
    "add_deputy",
    "add_signer",
    "audit_refusal",
    "company_flow",
    "end_deputy",
    "flow_steps",
    "inbox",
    "keep_flow",
    "mine",
    "pass_on",
    "present_signatures",
    "propose",
    "reject",
    "request_by_id",
    "request_for",
    "resubmit",
    "send_back",
    "sign",
    "signer_name",
    "stands_in_for",
    "void",
    "waiting_count",
    "who_signs",
    "withdraw",
]
