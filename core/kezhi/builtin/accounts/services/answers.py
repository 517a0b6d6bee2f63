"""What whoever could not log in is told, and what is kept of it."""

from __future__ import annotations

from kezhi import Refused
from kezhi.audit import record_alone
from kezhi.i18n import gettext as _
from kezhi.i18n import ngettext

from .throttle import Verdict


def note_failure(user_id: object, verdict: Verdict, **payload: object) -> None:
    """On record without the login that was typed: people type passwords into the wrong field."""
    record_alone("login.failure", "user", user_id, result="refused", **payload)
    if verdict.locks:
        record_alone("login.lock", "user", user_id, result="refused", minutes=verdict.minutes, **payload)


def refusal(text: str, verdict: Verdict, field: str) -> Refused:
    outlook = _outlook(verdict)
    return Refused(_("%(first)s %(second)s", first=text, second=outlook) if outlook else text, field=field)


def _outlook(verdict: Verdict) -> str:
    """How long to wait, or how many tries are left once they become few."""
    if not verdict.allowed or verdict.locks:
        text = ngettext("Try again in %(num)s minute.", "Try again in %(num)s minutes.", verdict.minutes)
    elif 0 < verdict.left <= 3:
        text = ngettext(
            "After %(num)s more failure the account is locked for a while.",
            "After %(num)s more failures the account is locked for a while.",
            verdict.left,
        )
    else:
        text = ""
    return str(text)
