"""What must always be true of the contract register."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding
from kezhi import lazy_gettext as _l
from kezhi.i18n import _, ngettext

from ..protection.services.resealing import misplaced
from .models import Contract, Kind
from .services.sealing import sealed_tables

TABLE: Any = Contract.__table__


def checks() -> list[Check]:
    """The checks of this builtin."""
    return [
        Check("contracts.renewals", _l("Contracts renew contracts of the same customer, and later"), renewals),
        Check("contracts.fields", _l("Protected values of contracts stand where they were sealed"), misplaced_values),
        Check("contracts.kinds", _l("Every contract has a kind of the list"), kinds),
    ]


def misplaced_values(session: Session) -> Sequence[Finding]:
    """Rows with a value that was moved there from another row behind the program's back."""
    return [
        Finding(_("A protected value in %(table)s %(id)s was sealed for another row.", table=table, id=key))
        for table, key in misplaced(sealed_tables())
    ]


def renewals(session: Session) -> Sequence[Finding]:
    """A renewal of another customer's contract, or one that begins before what it renews."""
    former = TABLE.alias("former")
    wrong = or_(former.c.customer_id != TABLE.c.customer_id, TABLE.c.valid_from <= former.c.valid_from)
    count = session.scalar(
        select(func.count()).select_from(TABLE).join(former, former.c.id == TABLE.c.predecessor_id).where(wrong)
    )
    if not count:
        return []
    return [
        Finding(
            ngettext(
                "%(num)s contract renews one of another customer, or a later one: look at it and enter it anew.",
                "%(num)s contracts renew those of other customers, or later ones: look at them and enter them anew.",
                count,
            )
        )
    ]


def kinds(session: Session) -> Sequence[Finding]:
    """Contracts whose kind is not in the list."""
    count = session.scalar(
        select(func.count()).select_from(TABLE).where(TABLE.c.kind.not_in(select(Kind.__table__.c.key)))
    )
    if not count:
        return []
    return [
        Finding(
            ngettext(
                "%(num)s contract has a kind that the list has not: choose another one.",
                "%(num)s contracts have a kind that the list has not: choose another one.",
                count,
            )
        )
    ]
