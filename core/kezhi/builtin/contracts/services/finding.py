"""Which contracts the acting person sees, and which customer somebody means."""

from __future__ import annotations

from sqlalchemy import or_

from kezhi import NotFound, Refused, db, visible
from kezhi.i18n import _

from ...customers.models import Customer
from ...customers.services.texts import name_key, tidy_code
from ..models import Contract


def contract_by_id(contract_id: int) -> Contract:
    """The contract, if the user sees it. Errors: ``NotFound``."""
    found: Contract | None = db.session.scalars(visible(Contract).where(Contract.id == contract_id)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such contract."))
    return found


def successor_of(contract: Contract) -> Contract | None:
    """The contract that renews this one, be it a draft."""
    statement = visible(Contract).where(Contract.predecessor_id == contract.id)
    return db.session.scalars(statement).one_or_none()  # type: ignore[no-any-return]


def customer_meant(text: str) -> Customer:
    """The customer whom ``text`` names: by code, prospect number, name or short name.

    Errors: ``Refused`` at the field ``customer``, when there is none that the user sees, or several.
    """
    code, name = tidy_code(text), name_key(text)
    fits = or_(Customer.code == code, Customer.prospect_number == code, Customer.name_key == name)
    found = list(db.session.scalars(visible(Customer).where(fits).limit(4))) if name else []
    if not found:
        called = visible(Customer).where(Customer.short_name == text.strip(), Customer.short_name != "").limit(4)
        found = list(db.session.scalars(called))
    exact = [each for each in found if code in (each.code, each.prospect_number)]
    if len(exact or found) == 1:
        only: Customer = (exact or found)[0]
        return only
    if not found:
        reason = _("There is no customer with the code or name “%(text)s”.", text=text)
    else:
        codes = ", ".join(str(each.code or each.prospect_number) for each in found[:3])
        reason = _("Several customers are called “%(text)s”: give the code (%(codes)s).", text=text, codes=codes)
    raise Refused(reason, field="customer")
