"""The tables of the customer file."""

from .duplicates import MergedCustomer, NotDuplicate
from .lists import CustomerGroup, ListEntry
from .profile import Analysis, Contact, Profile
from .records import Base, Customer, CustomerChange, CustomerOwner, StagedKey, UsedCode
from .shares import CustomerShare

__all__ = [
    "Analysis",
    "Base",
    "Contact",
    "Customer",
    "CustomerChange",
    "CustomerGroup",
    "CustomerOwner",
    "CustomerShare",
    "ListEntry",
    "MergedCustomer",
    "NotDuplicate",
    "Profile",
    "StagedKey",
    "UsedCode",
]
