"""Customer files from CSV and XLSX (CUS-08): what a column means, which record a row belongs to, and writing them."""

from __future__ import annotations

from kezhi import lazy_gettext as _l

from ...imports.contributions import Importer
from .applying import apply
from .columns import columns
from .matching import check
from .naming import check_customers, of_looked_at
from .reverting import reversal
from .suggesting import of_customers

__all__ = ["check_customers", "importer", "of_customers", "of_looked_at"]


def importer() -> Importer:
    """The importer of kind ``customers``."""
    return Importer(
        kind="customers",
        title=_l("Customer files"),
        permission="customers.import",
        fields=columns(),
        unique=("code", "prospect_number"),
        check=check,
        apply=apply,
        reversal=reversal(),
    )
