"""Contracts from CSV and XLSX (CUS-13, CUS-08): the contract number says which one a row is."""

from __future__ import annotations

from kezhi import lazy_gettext as _l

from ...imports.contributions import Importer, Journaled, Reversal
from ..models import Contract
from ..rules import IMPORT
from .applying import apply
from .columns import fields
from .matching import check
from .reverting import keep_reverted, of_file, written
from .staged import CONTRACTS

__all__ = ["importer"]


def importer() -> Importer:
    """The importer of kind ``contracts``."""
    return Importer(
        kind="contracts",
        title=_l("Contracts"),
        permission=IMPORT,
        fields=fields(),
        unique=("number",),
        check=check,
        apply=apply,
        reversal=Reversal(
            Contract,
            (Journaled(CONTRACTS, of_file, written, customer="customer_id"),),
            CONTRACTS.c.number,
            goes=("contracts_change",),
            begin=keep_reverted,
        ),
    )
