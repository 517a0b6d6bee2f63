"""What of a contract is sealed in the database: who signed, what was agreed on, why it ended (CUS-11).

Parties, subject, number, days and amount stay in the clear: the list sorts, filters and searches by them. Signers are
found by their complete names, through blind indexes of the same name as those of customers' people.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...customers.services.protected import Keys, blind_keys
from ...customers.services.texts import tidy
from ...protection.fields import NOTHING, UNREADABLE, bind, blinds, named, oldest, writer
from ...protection.sealed import new_token
from ...protection.services.resealing import SealedTable
from ..models import Change, Contract

SIGNERS: Keys = {
    "our_signer_key": ("our_signer", "person", tidy),
    "their_signer_key": ("their_signer", "person", tidy),
}
PROTECTED = ("our_signer", "their_signer", "terms", "termination_reason")
Change.__table__.info["kezhi_protected_names"] = frozenset(PROTECTED)


def sealed_tables() -> list[SealedTable]:
    """The tables with protected columns, for the job that brings them under the key in force."""
    return [
        SealedTable(Contract.__table__, lambda opened: blind_keys(SIGNERS, opened)),
        SealedTable(Change.__table__),
    ]


def signer_keys(values: Mapping[str, Any]) -> dict[str, str]:
    """The blind indexes of those signers that ``values`` has."""
    return blind_keys(SIGNERS, values)


def signed_by(name: str) -> list[str]:
    """What stands in the blind index of a contract that was signed by this person."""
    return blinds("person", tidy(name))


def bound(contract: Contract, values: Mapping[str, Any]) -> dict[str, Any]:
    """New values of a contract on their way into its row, with what follows from them."""
    if not set(values) & set(PROTECTED):
        return dict(values)
    token = contract.seal or new_token()
    follow = {"seal": token, "seal_version": oldest(contract.seal_version), **signer_keys(values)}
    return bind(Contract.__table__, token, values) | follow


def kept(field: str, token: str | None, text: str) -> str:
    """A former or new value on its way into the history."""
    return named(f"contracts.{field}", token or "", text.removeprefix(UNREADABLE)) if field in PROTECTED else text


def seal_version_of(field: str) -> int:
    """The ``seal_version`` of an entry of the history about this field that is made now."""
    return writer().version if field in PROTECTED else NOTHING
