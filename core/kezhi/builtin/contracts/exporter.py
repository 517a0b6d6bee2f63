"""Contracts as a file that can be imported again; only those that the user sees (CUS-08)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from kezhi import can, db, visible
from kezhi import lazy_gettext as _l
from kezhi.money import to_units

from ..customers.models import Customer
from ..imports.contributions import Exporter
from .models import Contract
from .rules import EXPORT, MONEY

HEADER = (
    "number", "customer_code", "prospect_number", "kind", "title", "our_party", "their_party", "other_parties",
    "our_signer", "their_signer", "signed_on", "valid_from", "valid_to", "remind_days", "amount", "currency", "terms",
)  # fmt: skip


def exporter() -> Exporter:
    """The exporter of kind ``contracts``."""
    return Exporter("contracts", _l("Contracts"), EXPORT, HEADER, rows)


def rows() -> Iterator[Sequence[str]]:
    """A row per contract; amounts and terms for who may see them."""
    secret = can(MONEY)
    statement = (
        visible(Contract)
        .join(Customer, Customer.id == Contract.customer_id)
        .add_columns(Customer.code, Customer.prospect_number)
        .order_by(Contract.id)
        .execution_options(yield_per=1000)
    )
    for contract, code, prospect in db.session.execute(statement):
        amount = None if contract.amount is None or not secret else to_units(contract.amount, contract.currency)
        yield (
            contract.number, code or "", prospect or "", contract.kind, contract.title, contract.our_party,
            contract.their_party, contract.other_parties, contract.our_signer, contract.their_signer,
            _iso(contract.signed_on), _iso(contract.valid_from), _iso(contract.valid_to),
            "" if contract.remind_days is None else str(contract.remind_days), amount or "", contract.currency,
            contract.terms if secret else "",
        )  # fmt: skip


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()
