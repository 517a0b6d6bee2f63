"""Which of this builtin's own tables hang on customers, and what becomes of their rows with the record."""

from __future__ import annotations

from kezhi import RecordLink
from kezhi import lazy_gettext as _l

from .field import NUMBERS
from .fields import FIELDS, PROFILE

TARGET = "customers_customer"


def links() -> list[RecordLink]:
    """The links. Long texts may speak of people: erasing empties them; figures and list values are the firm's own."""
    texts = tuple(key for key in PROFILE if FIELDS[key].kind not in NUMBERS and FIELDS[key].kind != "list")
    return [
        RecordLink("customers_change", _l("Changes"), TARGET, delete="delete", personal=("person", "old", "new")),
        RecordLink("customers_owner", _l("Owners"), TARGET, delete="delete", erase="keep"),
        # who could look at the file: with the file of a merged customer, its history goes over; the reason is free text
        RecordLink("customers_share", _l("Shares"), TARGET, delete="delete", personal=("reason",)),
        # a code that was given stays given: its row outlives the record
        RecordLink("customers_used_code", _l("Customer codes"), TARGET, erase="keep", delete="keep"),
        # one row per customer at most: what only the other one has is taken over field by field in the merge
        RecordLink(
            "customers_profile",
            _l("Contents of the sections"),
            TARGET,
            delete="delete",
            personal=texts,
            merge="keep_one",
        ),
        RecordLink("customers_contact", _l("Key people"), TARGET, delete="delete", erase="delete"),
        RecordLink("customers_analysis", _l("Analyses"), TARGET, delete="delete", personal=("text",)),
        RecordLink(
            "customers_customer_group",
            _l("Product groups"),
            TARGET,
            delete="delete",
            erase="keep",
            merge="keep_one",
            unique=("entry_id",),
        ),
        RecordLink("customers_merged", _l("Files merged into it"), TARGET, delete="delete", erase="keep"),
        # what was decided about a file that is gone goes with it
        *(
            RecordLink(
                "customers_not_duplicate",
                _l("Decisions that it is no duplicate"),
                TARGET,
                column,
                delete="delete",
                erase="keep",
                merge="keep",
            )
            for column in ("low_id", "high_id")
        ),
    ]
