"""A contract in force keeps the file of its customer from being destroyed (CUS-10, CUS-13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select

from kezhi import db
from kezhi import lazy_gettext as _l
from kezhi.i18n import ngettext

from .models import Contract
from .states import sql_in_force

TABLE: Any = Contract.__table__


def places() -> list[Any]:
    """Contracts in force, and signed ones that begin later."""
    from ..destruction.contributions import Place

    return [Place("contracts.in_force", _l("Contracts in force"), blocks=_blocks)]


def _blocks(ids: Sequence[int], today: date) -> Mapping[int, str]:
    over = TABLE.c.terminated_on.is_not(None) & (TABLE.c.terminated_on < today)
    later = TABLE.c.signed_on.is_not(None) & (TABLE.c.valid_from > today) & ~over
    statement = (
        select(TABLE.c.customer_id, func.count())
        .where(TABLE.c.customer_id.in_(ids), or_(sql_in_force(today), later))
        .group_by(TABLE.c.customer_id)
    )
    return {
        customer_id: ngettext("%(num)s contract is in force", "%(num)s contracts are in force", count)
        for customer_id, count in db.session.execute(statement, execution_options={"kezhi_unscoped": True})
    }
