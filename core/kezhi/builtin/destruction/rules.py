"""Who proposes, who reads the register (CUS-10)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kezhi import ALL, Access, Permission, User, visible_ids
from kezhi import lazy_gettext as _l

from ..approvals.models import Request
from .models import Item, Proposal

READ, PROPOSE, REGISTER = "destruction.read", "destruction.propose", "destruction.register"
OFFICE = (
    "customer-information-officer", "customer-information-clerk", "customer-service-manager", "general-manager",
    "deputy-general-manager",
)  # fmt: skip


def permissions() -> list[Permission]:
    """The rights. Signing needs none: the flow says who signs."""
    return [
        Permission(READ, _l("See one's own proposals of destruction and those one signs"),
                   (*OFFICE, "customer-service-agent")),
        Permission(PROPOSE, _l("Propose customer files for destruction"),
                   ("customer-information-officer", "customer-information-clerk", "customer-service-manager",
                    "customer-service-agent")),
        Permission(REGISTER, _l("See and export the whole register of destructions"), OFFICE),
    ]  # fmt: skip


def access() -> list[Access]:
    """Rows follow their proposal."""
    proposal: Any = Proposal.id
    item: Any = Item.proposal_id
    return [Access(Proposal, proposal, grants), Access(Item, item, grants)]


def grants(user: User) -> Any:
    """The register, or what one proposed and signs. The selects name the tables: they are not narrowed again."""
    if user.can(REGISTER):
        return ALL
    own, found = Proposal.__table__.c, []
    found.append(select(own.id).where(own.proposed_by == user.login))
    requests = visible_ids(Request, user)
    if requests is not None:
        found.append(select(own.id).where(own.request_id.in_(requests)))
    return found
