"""What a contract may say: one rule for pages, renewals and commands (CUS-13)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from kezhi import NotFound, Refused, clock, currency, db, visible
from kezhi.i18n import _
from kezhi.money import LARGEST, known_currency

from ...customers.models import Customer
from ..models import Contract
from .kinds import all_kinds, check_days

#: What a person may give.
FIELDS = (
    "customer_id", "number", "kind", "title", "our_party", "their_party", "other_parties", "our_signer",
    "their_signer", "signed_on", "valid_from", "valid_to", "remind_days", "amount", "currency", "terms",
)  # fmt: skip
LONGEST = {
    "number": 80, "title": 200, "our_party": 200, "their_party": 200, "other_parties": 400, "our_signer": 80,
    "their_signer": 80, "terms": 10_000, "termination_reason": 500,
}  # fmt: skip
EARLIEST, LATEST = date(1949, 10, 1), date(2199, 12, 31)


def checked(values: Mapping[str, Any], contract: Contract | None) -> dict[str, Any]:
    """All columns of a contract from what is given and what is stored.

    A signed contract without a first day is valid from the day it was signed. Errors: ``NotFound`` for a customer that
    the user does not see; ``Refused`` with the field for anything else.
    """
    stored = {name: getattr(contract, name) for name in FIELDS} if contract is not None else {}
    complete: dict[str, Any] = {
        **dict.fromkeys(FIELDS),
        **stored,
        **{name: values[name] for name in FIELDS if name in values},
    }
    for name in LONGEST:
        if name in complete:
            complete[name] = (complete[name] or "").strip()
    complete["currency"] = complete["currency"] or currency()
    if complete["signed_on"] is not None and complete["valid_from"] is None:
        complete["valid_from"] = complete["signed_on"]
    customer = _customer(complete["customer_id"])
    complete["their_party"] = complete["their_party"] or customer.name
    complete["our_party"] = complete["our_party"] or our_name()
    _check_kind(complete["kind"], contract)
    check_texts(complete)
    check_days_of(complete)
    if complete["amount"] is not None and not 0 <= complete["amount"] <= LARGEST:
        raise Refused(_("An amount is 0 or more."), field="amount")
    if not known_currency(complete["currency"]):
        raise Refused(_("“%(code)s” is no currency.", code=complete["currency"]), field="currency")
    if complete["remind_days"] is not None:
        check_days(complete["remind_days"])
    return complete


def our_name() -> str:
    """What the company is called on contracts: as on its letterhead, else as in its settings."""
    from kezhi import setting

    return str(setting("kezhi", "company") or "")


def _customer(customer_id: int | None) -> Customer:
    statement = visible(Customer).where(Customer.id == customer_id)
    found: Customer | None = None if customer_id is None else db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound(_("There is no such customer."), field="customer")
    return found


def _check_kind(key: str | None, contract: Contract | None) -> None:
    """A kind in use, or the one that the contract has already."""
    kept = contract is not None and contract.kind == key
    if not kept and key not in {kind["key"] for kind in all_kinds() if kind["retired_at"] is None}:
        raise Refused(_("Choose a kind of the list."), field="kind")


def check_texts(complete: Mapping[str, Any]) -> None:
    """Errors: ``Refused`` for a text that is too long, or for a signed contract without signers."""
    for name, count in LONGEST.items():
        if len(complete.get(name) or "") > count:
            raise Refused(_("At most %(count)s characters.", count=count), field=name)
    for name in ("our_signer", "their_signer") if complete.get("signed_on") else ():
        if not complete[name]:
            raise Refused(_("A signed contract names who signed it on both sides."), field=name)


def check_days_of(complete: Mapping[str, Any]) -> None:
    """Errors: ``Refused`` for days that cannot be, or not in this order."""
    for name in ("signed_on", "valid_from", "valid_to"):
        day = complete[name]
        if day is not None and not EARLIEST <= day <= LATEST:
            raise Refused(
                _("Write a day between %(first)s and %(last)s.", first=EARLIEST.isoformat(), last=LATEST.isoformat()),
                field=name,
            )
    if complete["signed_on"] is not None and complete["signed_on"] > clock.today():
        raise Refused(_("A contract cannot be signed on a day to come: leave the day empty until then."),
                      field="signed_on")  # fmt: skip
    first, last = complete["valid_from"], complete["valid_to"]
    if first is not None and last is not None and last < first:
        raise Refused(_("The last day lies before the first one, %(day)s.", day=first.isoformat()), field="valid_to")
