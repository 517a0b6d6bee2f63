"""Which of this builtin's tables hang on customers, and what becomes of their rows with the record."""

from __future__ import annotations

from kezhi import RecordLink
from kezhi import lazy_gettext as _l

CUSTOMERS = "customers_customer"


def links() -> list[RecordLink]:
    """That a file was verified stays with the file it went into; what was noted may speak of people."""
    return [
        RecordLink("upkeep_verification", _l("Verifications"), CUSTOMERS, delete="delete", personal=("note",)),
        RecordLink(
            "upkeep_observed",
            _l("Competitive-environment notes"),
            CUSTOMERS,
            delete="delete",
            erase="delete",
            merge="keep_one",
            unique=("observation_id",),
        ),
        RecordLink(
            "upkeep_copy",
            _l("Copies of the base file"),
            CUSTOMERS,
            delete="delete",
            personal=("place",),
            merge="keep_one",
            unique=("kind",),
        ),
        RecordLink("upkeep_guidance", _l("Supervision and guidance"), CUSTOMERS, delete="delete", personal=("text",)),
    ]
