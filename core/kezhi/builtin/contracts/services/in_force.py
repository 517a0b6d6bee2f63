"""Whether an agreement of a kind is in force on a date: what other plugins ask (CUS-13; GRD-26, ONB-02, PRJ-01)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, select

from kezhi import db

from ..models import Contract
from ..states import sql_in_force, sql_last_day

TABLE: Any = Contract.__table__


def agreements_in_force(day: Any, *kinds: str) -> Select[Any]:
    """The agreements in force on ``day``, of ``kinds`` or of any kind, as rows to join.

    Columns: ``customer_id, kind, contract_id, number, signed_on, valid_from, last_day`` (NULL for open-ended). Several
    rows per customer and kind where several agreements stand beside each other. Not narrowed to what somebody sees:
    policies judge every customer alike.
    """
    rows = select(
        TABLE.c.customer_id,
        TABLE.c.kind,
        TABLE.c.id.label("contract_id"),
        TABLE.c.number,
        TABLE.c.signed_on,
        TABLE.c.valid_from,
        sql_last_day().label("last_day"),
    ).where(sql_in_force(day))
    return rows.where(TABLE.c.kind.in_(kinds)) if kinds else rows


def in_force(customer_id: int, kind: str, day: date) -> bool:
    """Whether a customer has an agreement of a kind in force on a day, the first and the last one included."""
    rows = agreements_in_force(day, kind).where(TABLE.c.customer_id == customer_id)
    return db.session.execute(rows.limit(1)).first() is not None
