"""What must always be true of the customer file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from ..protection.services.resealing import misplaced
from .models import Customer, CustomerChange, CustomerOwner, UsedCode
from .services.protected import sealed_tables

#: findings shown of one check
MOST = 20


def checks() -> list[Check]:
    """The checks of this builtin."""
    return [
        Check("customers.codes", _l("Every customer code is given once and noted"), codes),
        Check("customers.owners", _l("Every owned customer has one open entry in its owner history"), owner_history),
        Check("customers.code_changes", _l("No customer code was ever changed"), code_changes),
        Check("customers.sealed", _l("Every protected value stands in its own row"), misplaced_values),
    ]


def codes(session: Session) -> Sequence[Finding]:
    """Codes and prospect numbers that are not noted as given to their record, or stand twice."""
    findings = []
    for column in (Customer.code, Customer.prospect_number):
        unnoted = (
            select(column)
            .join(UsedCode, and_(UsedCode.code == column, UsedCode.customer_id == Customer.id), isouter=True)
            .where(column.is_not(None), UsedCode.code.is_(None))
        )
        for code in session.scalars(unnoted.order_by(column).limit(MOST)):
            findings.append(Finding(_("The code %(code)s is not noted as given.", code=code)))
        twice = select(column).where(column.is_not(None)).group_by(column).having(func.count() > 1)
        for code in session.scalars(twice.limit(MOST)):
            findings.append(Finding(_("The code %(code)s stands on several customer files.", code=code)))
    return findings


def owner_history(session: Session) -> Sequence[Finding]:
    """Records whose owner is not the one open entry of the history."""
    entry: Any = CustomerOwner
    statement = (
        select(Customer.id)
        .join(entry, and_(entry.customer_id == Customer.id, entry.to_at.is_(None)), isouter=True)
        .group_by(Customer.id, Customer.owner_id)
        .having(
            or_(
                and_(Customer.owner_id.is_(None), func.count(entry.id) != 0),
                and_(
                    Customer.owner_id.is_not(None),
                    or_(func.count(entry.id) != 1, func.min(entry.user_id) != Customer.owner_id),
                ),
            )
        )
    )
    return [
        Finding(_("The owner history of the customer file %(id)s does not end with its owner.", id=found))
        for found in session.scalars(statement.order_by(Customer.id).limit(MOST))
    ]


def misplaced_values(session: Session) -> Sequence[Finding]:
    """Rows with a value that was moved there from another row behind the program's back."""
    return [
        Finding(_("A protected value in %(table)s %(id)s was sealed for another row.", table=table, id=key))
        for table, key in misplaced(sealed_tables(), MOST)
    ]


def code_changes(session: Session) -> Sequence[Finding]:
    """Changes of a code that already stood there; a reverted import takes back a code that it gave."""
    taken_back = and_(CustomerChange.source == "revert", CustomerChange.new == "")
    statement = select(CustomerChange.customer_id, CustomerChange.old, CustomerChange.new).where(
        CustomerChange.field == "code", CustomerChange.old != "", ~taken_back
    )
    return [
        Finding(
            _(
                "The code of the customer file %(id)s was changed from %(old)s to %(new)s.",
                id=row.customer_id,
                old=row.old,
                new=row.new,
            )
        )
        for row in session.execute(statement.limit(MOST))
    ]
