"""What shows that the clauses of the customer file are kept: counts of the company's records, never names."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select

from kezhi import lazy_gettext as _l

from ..policy.contributions import Ask, ClauseEvidence, Found, Records
from .gaps import BASICS, OWNER, TYPE, lacks_basics, lacks_owner, lacks_type
from .models import Customer, CustomerChange, CustomerOwner, ListEntry, MergedCustomer, NotDuplicate, UsedCode

CUSTOMERS = "customers.index"
OWNERS = _l("Owners of the customers")
CLERK = _l("Customer-information clerk")


def evidence() -> list[ClauseEvidence]:
    """One obligation per clause."""
    return [
        ClauseEvidence(
            "CUS-01",
            _l("Every file has a code or a prospect number that was given to it alone."),
            ask=codes,
            says=_of(_l("Codes given: %(records)s, files: %(of)s")),
            records=Records(CUSTOMERS),
            responsible=CLERK,
        ),
        ClauseEvidence(
            "CUS-02",
            _l("Every customer's file names region, industry and a credit code whose check digit is right."),
            ask=basics,
            says=_of(_l("%(records)s of %(of)s files with basic data")),
            records=Records(CUSTOMERS, {"f.gaps": BASICS}),
            responsible=OWNERS,
        ),
        ClauseEvidence(
            "CUS-03",
            _l("Every customer has a type and a stage, both from the company's lists."),
            ask=types,
            says=_of(_l("%(records)s of %(of)s customers with type and stage")),
            records=Records(CUSTOMERS, {"f.gaps": TYPE}),
            breaches=Records("customers.lists"),
            responsible=CLERK,
        ),
        ClauseEvidence(
            "CUS-04",
            _l("Every customer has one owner who is still with the company."),
            ask=owners,
            says=_of(_l("%(records)s of %(of)s customers with an owner")),
            records=Records(CUSTOMERS),
            breaches=Records(CUSTOMERS, {"f.gaps": OWNER}),
            responsible=_l("Department managers"),
        ),
        ClauseEvidence(
            "CUS-05",
            _l("Changes are kept, each with its author and time."),
            ask=changes,
            says=lambda found: _l("Changes kept: %(count)s", count=f"{found.records or 0:,}"),
            records=Records(CUSTOMERS, {"sort": "-updated_at"}),
            responsible=_l("The system"),
        ),
        ClauseEvidence(
            "CUS-06",
            _l("No two files have the same credit code unless somebody decided that they are different."),
            ask=duplicates,
            says=lambda found: _l("Pairs merged or found different: %(count)s", count=found.records or 0),
            records=Records("customers.duplicates"),
            responsible=CLERK,
        ),
    ]


def _of(text: Any) -> Any:
    """Where only what is lacking was counted, the rest has it: one reading of the files less."""

    def says(found: Found) -> str:
        having = (found.of or 0) - found.waiting - found.breaches if found.records is None else found.records
        return str(text) % {"records": f"{max(0, having):,}", "of": f"{found.of or 0:,}"}

    return says


def codes(_today: date) -> Ask:
    """Files without any number, and numbers that are not noted as given to their file."""
    noted = and_(
        UsedCode.code == func.coalesce(Customer.code, Customer.prospect_number), UsedCode.customer_id == Customer.id
    )
    return Ask(
        records=select(func.count(UsedCode.code)),
        latest=select(func.max(UsedCode.given_at)),
        of=select(func.count(Customer.id)),
        breaches=select(func.count(Customer.id)).outerjoin(UsedCode, noted).where(UsedCode.code.is_(None)),
    )


def basics(_today: date) -> Ask:
    """Files of customers that are to be completed; prospects are not asked for it."""
    customers = select(func.count(Customer.id)).where(Customer.code.is_not(None))
    return Ask(
        of=customers,
        waiting=customers.where(lacks_basics()),
        latest=select(func.max(Customer.updated_at)),
    )


def types(_today: date) -> Ask:
    """Values that no list of the company has, and customers without a type or stage."""
    customers = select(func.count(Customer.id)).where(Customer.code.is_not(None))

    def unknown(name: str, column: Any) -> Any:
        keys = select(ListEntry.key).where(ListEntry.list == name)
        return and_(column != "", column.not_in(keys))

    strange = or_(unknown("business_type", Customer.business_type), unknown("stage", Customer.stage))
    return Ask(
        of=customers,
        waiting=customers.where(lacks_type()),
        breaches=select(func.count(Customer.id)).where(strange),
    )


def owners(_today: date) -> Ask:
    """Customers without an owner, or with one who left."""
    customers = select(func.count(Customer.id)).where(Customer.code.is_not(None))
    return Ask(
        of=customers,
        breaches=customers.where(lacks_owner()),
        latest=select(func.max(CustomerOwner.from_at)),
    )


def changes(_today: date) -> Ask:
    """The history of fields; an entry without its author is none."""
    last = select(CustomerChange.at).order_by(CustomerChange.id.desc()).limit(1)
    count = select(func.count(CustomerChange.id))
    return Ask(records=count, latest=last, breaches=count.where(CustomerChange.actor == ""))


def duplicates(_today: date) -> Ask:
    """Decisions on likely duplicates, and credit codes that several files have without one."""
    low, high = _aliases()
    decided = and_(NotDuplicate.low_id == low.id, NotDuplicate.high_id == high.id)
    pairs = (
        select(func.count())
        .select_from(low)
        .join(high, and_(high.credit_code_key == low.credit_code_key, high.id > low.id))
        .outerjoin(NotDuplicate, decided)
        .where(low.credit_code_key != "", NotDuplicate.low_id.is_(None))
    )
    merged, apart = select(func.count(MergedCustomer.gone_id)), select(func.count(NotDuplicate.low_id))
    return Ask(
        records=select(merged.scalar_subquery() + apart.scalar_subquery()),
        latest=select(func.max(MergedCustomer.at)),
        waiting=pairs,
    )


def _aliases() -> tuple[Any, Any]:
    from sqlalchemy.orm import aliased

    return aliased(Customer), aliased(Customer)
