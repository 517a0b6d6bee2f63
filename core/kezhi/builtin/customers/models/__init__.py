"""The tables of the customer file."""

from .duplicates import MergedCustomer, NotDuplicate
from .lists import CustomerGroup, ListEntry
from .profile import Analysis, Contact, Profile
from .records import Base, Customer, CustomerChange, CustomerOwner, StagedKey, UsedCode

__all__ = [
    "Analysis",
    "Base",
    "Contact",
    "Customer",
    "CustomerChange",
    "CustomerGroup",
    "CustomerOwner",
    "ListEntry",
    "MergedCustomer",
    "NotDuplicate",
    "Profile",
    "StagedKey",
    "UsedCode",
]
