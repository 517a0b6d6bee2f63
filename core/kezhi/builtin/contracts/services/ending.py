"""Ending contracts early, giving drafts up, and undoing that (CUS-13). Inside ``writing()``."""

from __future__ import annotations

from datetime import date

from kezhi import Refused, clock
from kezhi.i18n import _

from ..models import Contract
from .finding import contract_by_id
from .records import conflict, ends_early, write
from .telling import tell_owner
from .values import LONGEST


def terminate_contract(contract_id: int, version: int, last_day: date, reason: str) -> Contract:
    """End a contract earlier than agreed: it is in force through ``last_day``. A draft is given up at once.

    Errors: ``Conflict``, ``NotFound``; ``Refused`` for a day before it was signed or not before its last one, or for
    want of a reason.
    """
    contract = contract_by_id(contract_id)
    if contract.version != version:
        raise conflict()
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why the contract ends."), field="reason")
    if len(reason) > LONGEST["termination_reason"]:
        raise Refused(_("At most %(count)s characters.", count=LONGEST["termination_reason"]), field="reason")
    if contract.signed_on is None:
        write(contract, version, {"terminated_on": clock.today(), "termination_reason": reason, "predecessor_id": None})
        return contract
    if last_day < contract.signed_on:
        raise Refused(
            _("The contract was signed on %(day)s: it cannot end before.", day=contract.signed_on.isoformat()),
            field="last_day",
        )
    if contract.valid_to is not None and not ends_early(last_day, contract.valid_to):
        raise Refused(
            _("The contract ends on %(day)s anyway: choose an earlier day.", day=contract.valid_to.isoformat()),
            field="last_day",
        )
    if write(contract, version, {"terminated_on": last_day, "termination_reason": reason}):
        tell_owner(contract, "ended")
    return contract


def reinstate_contract(contract_id: int, version: int) -> Contract:
    """Take an end back: the agreed days hold again. Errors: ``Conflict``, ``NotFound``, ``Refused`` without an end."""
    contract = contract_by_id(contract_id)
    if contract.version != version:
        raise conflict()
    if contract.terminated_on is None:
        raise Refused(_("This contract was not ended."))
    write(contract, version, {"terminated_on": None, "termination_reason": ""})
    return contract
