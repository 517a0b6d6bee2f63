"""The contract register as plain functions: pages, commands, imports and other apps are thin callers (CUS-13)."""

from .ending import reinstate_contract, terminate_contract
from .finding import contract_by_id, customer_meant, successor_of
from .in_force import agreements_in_force, in_force
from .kinds import kind_text, kind_texts, kinds_in_use
from .records import check_renewable, create_contract, renew_contract, update_contract
from .several import set_reminders, terminate_all

__all__ = [
    "agreements_in_force",
    "check_renewable",
    "contract_by_id",
    "create_contract",
    "customer_meant",
    "in_force",
    "kind_text",
    "kind_texts",
    "kinds_in_use",
    "reinstate_contract",
    "renew_contract",
    "set_reminders",
    "successor_of",
    "terminate_all",
    "terminate_contract",
    "update_contract",
]
