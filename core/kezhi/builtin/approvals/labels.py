"""Names and tones of what can happen to a request."""

from __future__ import annotations

from kezhi import lazy_gettext as _l

from .models import APPROVED, PENDING, REJECTED, RETURNED, VOID, WITHDRAWN

STATUS = {
    PENDING: (_l("Waiting for signature"), "indigo"),
    APPROVED: (_l("Approved"), "green"),
    RETURNED: (_l("Returned"), "amber"),
    REJECTED: (_l("Rejected"), "red"),
    WITHDRAWN: (_l("Withdrawn"), "gray"),
    VOID: (_l("Void"), "gray"),
}

DECISION = {
    "approve": _l("signed"),
    "return": _l("returned it"),
    "back": _l("returned it to an earlier step"),
    "reject": _l("rejected it"),
    "withdraw": _l("withdrew it"),
    "void": _l("made it void"),
}

#: what a page says after a decision
DONE = {
    "approve": _l("Signed."),
    "return": _l("Returned."),
    "reject": _l("Rejected."),
    "withdraw": _l("Withdrawn."),
    "pass_on": _l("Passed on."),
    "add": _l("The person was asked to sign, too."),
}
