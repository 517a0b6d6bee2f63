"""Written requests (请示): anybody asks for something in words, with an amount, and has it signed step by step.

They need no app: what is asked stands in the snapshot alone, and nothing is carried out but that it is approved.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from kezhi import NotFound, acting_user, currency, writing
from kezhi import lazy_gettext as _l
from kezhi.i18n import _
from kezhi.money import display
from kezhi.numbers import next_numbers

from .contributions import Proposal, Step, SubjectKind
from .models import RETURNED, Request
from .rules import is_requester

KIND = "approvals.memo"
LARGE = 10_000_00  #: above this amount the general manager signs what is asked, as shipped


@dataclass(frozen=True, slots=True)
class Memo:
    """What is asked: in a line, why, and for how much (smallest unit of ``currency``; None: no money)."""

    subject: str
    text: str
    amount: int | None
    currency: str


def subject_kind() -> SubjectKind:
    """The kind of proposals that written requests are."""
    return SubjectKind(
        kind=KIND,
        title=_l("Written request"),
        digest=lambda request: digest_of(request.snapshot["memo"]),
        apply=lambda request: None,
        closed=lambda request, outcome: None,
        address=_address,
        steps=shipped,
        amount=_l("Amount of the request"),
    )


def shipped() -> tuple[Step, ...]:
    """The maker's manager, and for large amounts the general manager."""
    return (
        Step({"zh": "部门负责人审批", "en": "Approval by the manager"}, manager_level=1),
        Step({"zh": "总经理审批", "en": "Approval by the general manager"}, role="general-manager", above=LARGE),
    )


def digest_of(memo: dict[str, Any]) -> str:
    """Of all that is asked."""
    return sha256(json.dumps(memo, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def ask(subject: str, text: str, amount: int | None, again: int | None = None) -> Request:
    """Put a written request up; ``again`` is one that was returned to the acting user, which goes on in a new round.

    Errors: as ``services.propose``; ``NotFound`` for a request that is not theirs to put up again.
    """
    from .services import propose

    memo = asdict(Memo(subject.strip(), text.strip(), amount, currency()))
    with writing():
        reference = returned(again).reference if again is not None else str(next_numbers(KIND)[0])
        facts = [
            [{"zh": "事由", "en": "Subject"}, memo["subject"]],
            [{"zh": "金额", "en": "Amount"}, display(amount, currency())],
        ]
        title = {"zh": memo["subject"], "en": memo["subject"]}
        snapshot = {"facts": facts, "text": memo["text"], "memo": memo}
        return propose(Proposal(KIND, reference, title, digest_of(memo), snapshot=snapshot, amount=amount or 0))


def returned(request_id: int) -> Request:
    """A written request that came back to the acting user. Errors: ``NotFound``."""
    from .services import request_by_id

    found = request_by_id(request_id)
    if found is None or found.kind != KIND or found.status != RETURNED or not is_requester(found, acting_user()):
        raise NotFound(_("There is no such request."))
    return found


def memo_of(request: Request) -> Memo:
    """What a written request asks."""
    return Memo(**request.snapshot["memo"])


def _address(request: Request) -> str | None:
    """Where its maker changes it after it came back."""
    mine = request.status == RETURNED and is_requester(request, acting_user())
    return f"/approvals/new?again={request.id}" if mine else None
