"""Entering, changing and renewing contracts (CUS-13). Every function here expects an open ``writing()``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, Refused, acting_user, announce, audit_record, clock, db
from kezhi.i18n import _

from ..models import Contract
from .finding import contract_by_id, successor_of
from .history import keep
from .numbering import next_number
from .sealing import bound, signer_keys
from .telling import tell_owner
from .values import FIELDS, checked

NUMBERS = Contract.__table__.c


def create_contract(values: Mapping[str, Any], *, source: str = "page", renews: Contract | None = None) -> Contract:
    """Enter a contract. Needs ``customer_id`` and ``kind``; without a number it gets the next one.

    Errors: ``NotFound`` for a customer the user does not see; ``Refused`` with the field for anything else.
    """
    complete = checked(values, None)
    complete["number"] = complete["number"] or next_number()
    _check_number(complete["number"], None)
    now = clock.now()
    contract = Contract(
        **complete,
        **signer_keys(complete),
        predecessor_id=None if renews is None else renews.id,
        termination_reason="",
        entered_on=clock.today(),
        origin=source,
        created_at=now,
        created_by=acting_user().login,
        updated_at=now,
        version=1,
    )
    try:
        with db.session.begin_nested():
            db.session.add(contract)
    except IntegrityError:
        if renews is not None and successor_of(renews) is not None:
            raise renewed_already(renews) from None
        raise _taken(complete["number"]) from None
    announce(Contract, "create", [contract.id])
    audit_record("contract.create", "contract", contract.id, kind=contract.kind, customer=contract.customer_id)
    if contract.signed_on is not None:
        tell_owner(contract, "signed")
    return contract


def update_contract(contract_id: int, version: int, values: Mapping[str, Any], *, source: str = "page") -> Contract:
    """Change a contract as it was read in ``version``. An empty number leaves the one it has.

    Errors: ``Conflict`` when somebody was faster; ``NotFound``; ``Refused`` for a wrong value.
    """
    contract = contract_by_id(contract_id)
    if contract.version != version:
        raise conflict()
    complete = checked(values, contract)
    complete["number"] = complete["number"] or contract.number
    _check_number(complete["number"], contract)
    if complete["customer_id"] != contract.customer_id:
        raise Refused(_("A contract stays with its customer: end this one, and enter another one."), field="customer")
    ends = contract.terminated_on
    if ends is not None and contract.signed_on is not None and not ends_early(ends, complete["valid_to"]):
        raise Refused(
            _("The contract was ended early on %(day)s: a last day lies after that.", day=ends.isoformat()),
            field="valid_to",
        )
    if contract.signed_on is not None and complete["signed_on"] is None and (ends or successor_of(contract)):
        raise Refused(_("A contract that was ended or renewed stays signed."), field="signed_on")
    changed = write(contract, version, {name: complete[name] for name in FIELDS}, source)
    if "signed_on" in changed and contract.signed_on is not None:
        tell_owner(contract, "signed")
    return contract


def write(contract: Contract, version: int, wanted: Mapping[str, Any], source: str = "page") -> list[str]:
    """Store values, keep the former ones, announce and audit; which fields changed. Errors: ``Conflict``."""
    before = {name: getattr(contract, name) for name in {*wanted, "currency"}}
    changed = sorted(name for name, value in wanted.items() if before[name] != value)
    if not changed:
        return []
    statement = (
        update(Contract)
        .where(Contract.id == contract.id, Contract.version == version)
        .values(
            **bound(contract, {name: wanted[name] for name in changed}), version=version + 1, updated_at=clock.now()
        )
        .execution_options(synchronize_session=False)
    )
    try:
        with db.session.begin_nested():
            result: Any = db.session.execute(statement)
    except IntegrityError:
        raise _taken(str(wanted.get("number", ""))) from None
    if result.rowcount != 1:
        raise conflict()
    db.session.refresh(contract)
    keep(contract, before, changed, source)
    announce(Contract, "update", [contract.id])
    audit_record("contract.update", "contract", contract.id, fields=changed)
    return changed


def renew_contract(contract_id: int, values: Mapping[str, Any], *, source: str = "page") -> Contract:
    """Enter the contract that follows another one, of the same customer; the former one keeps its days.

    Errors: ``Refused`` when that one is a draft or renewed already, or the new one begins before it.
    """
    former = contract_by_id(contract_id)
    check_renewable(former)
    begins = values.get("valid_from") or values.get("signed_on")
    if begins is not None and former.valid_from is not None and begins <= former.valid_from:
        raise Refused(
            _("A renewal begins after the contract that it renews, which began on %(day)s.",
              day=former.valid_from.isoformat()),
            field="valid_from",
        )  # fmt: skip
    return create_contract({**values, "customer_id": former.customer_id}, source=source, renews=former)


def check_renewable(contract: Contract) -> None:
    """Errors: ``Refused`` for a draft, and for a contract that has a successor."""
    if contract.signed_on is None:
        raise Refused(_("A draft is not renewed: enter the day on which it was signed first."))
    if successor_of(contract) is not None:
        raise renewed_already(contract)


def renewed_already(contract: Contract) -> Refused:
    """The refusal that names the contract."""
    return Refused(_("Contract %(number)s has been renewed already.", number=contract.number))


def ends_early(day: Any, valid_to: Any) -> bool:
    """Whether a day is earlier than the agreed last one."""
    return valid_to is None or day < valid_to


def _check_number(number: str, contract: Contract | None) -> None:
    """Numbers are unique in the whole company, also among contracts the user does not see."""
    found = db.session.execute(select(NUMBERS.id).where(NUMBERS.number == number)).scalar_one_or_none()
    if found is not None and (contract is None or found != contract.id):
        raise _taken(number)


def _taken(number: str) -> Refused:
    return Refused(_("The number “%(number)s” is taken.", number=number), field="number")


def conflict() -> Conflict:
    """Somebody was faster."""
    return Conflict(_("Somebody else changed this contract after you opened it. Look at it again before you save."))
