"""Imported customers that count only when they are confirmed: they come in as prospects, in one request (CUS-14)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, insert, literal, select, update

from kezhi import db
from kezhi.db import UtcDateTime
from kezhi.i18n import _

from ...imports.models import Batch, Row
from ...imports.staging import add_problems, field_text, good_rows
from ..models import UsedCode
from ..services import numbering
from ..services.confirmation import needs_confirmation, send_for_confirmation
from .staged import CREATE, EVERY, looked_up, mapped, rows, with_action

USED = UsedCode.__table__
QUIET = {"synchronize_session": False}


def is_provisional() -> bool:
    """Whether new rows become prospects for the time being."""
    return needs_confirmation()


def fill_numbers(count: int) -> list[str]:
    """What new rows without a code or number of their own are found by."""
    return numbering.next_prospect_numbers(count) if is_provisional() else numbering.next_codes(count)


def is_kept_for(customer_id: Any, code: Any) -> ColumnElement[bool]:
    """Whether a code is kept for, or was given to, this very record."""
    return exists().where(USED.c.code == code, USED.c.customer_id == customer_id, USED.c.reverted_name == "")


def match_kept_codes(batch: Batch) -> None:
    """A code that is kept for a prospect names that prospect: the same file can be imported again."""
    if "code" not in batch.mapping:
        return
    kept = and_(USED.c.customer_id == EVERY.c.id, USED.c.reverted_name == "", EVERY.c.code.is_(None))
    found = select(func.min(EVERY.c.id)).join_from(EVERY, USED, kept).where(USED.c.code == field_text("code"))
    statement = update(Row).where(*good_rows(batch), Row.target_id.is_(None), field_text("code").is_not(None))
    db.session.execute(statement.values(target_id=found.scalar_subquery()), execution_options=QUIET)


def _becomes_customer() -> ColumnElement[bool]:
    """A row with nothing but a prospect number stays what it says."""
    return field_text("code").is_not(None) | field_text("prospect_number").is_(None)


def check_unconfirmed(batch: Batch) -> None:
    """A new customer comes with its business type; a prospect gets its code by its confirmation, not by a file."""
    if not is_provisional():
        return
    new = [*good_rows(batch), Row.target_id.is_(None), _becomes_customer()]
    untyped = field_text("business_type").is_(None) if "business_type" in batch.mapping else literal(True)
    text = _("Choose the business type: a new customer is confirmed with it.")
    add_problems(batch, rows(text, *new, untyped), column="business_type")
    if mapped(batch, "code"):
        text = _("This prospect gets its code when it is confirmed: send it for confirmation on its page.")
        unconfirmed = looked_up(EVERY.c.code, EVERY, EVERY.c.id == Row.target_id).is_(None)
        other = ~is_kept_for(Row.target_id, field_text("code"))
        known = [*good_rows(batch), Row.target_id.is_not(None), field_text("code").is_not(None), unconfirmed, other]
        add_problems(batch, rows(text, *known), column="code", level="warning")


def keep_codes(batch: Batch, now: datetime) -> None:
    """The codes of a file are kept for its new prospects, and given to nobody else."""
    if not is_provisional() or "code" not in batch.mapping:
        return
    code = field_text("code")
    again = update(USED).where(USED.c.reverted_name != "", USED.c.code.in_(select(code).where(*_created(batch))))
    of_row = looked_up(Row.target_id, Row, and_(*_created(batch), code == USED.c.code))
    db.session.execute(again.values(customer_id=of_row, reverted_name=""), execution_options=QUIET)
    given = select(code, Row.target_id, literal(now, UtcDateTime()), literal(""))
    given = given.where(*_created(batch), code.is_not(None), ~exists().where(UsedCode.code == code))
    db.session.execute(insert(UsedCode).from_select(["code", "customer_id", "given_at", "reverted_name"], given))


def _created(batch: Batch) -> list[ColumnElement[bool]]:
    return with_action(batch, CREATE)


def send(batch: Batch) -> None:
    """One request for all new customers of the file."""
    if is_provisional():
        ids = select(Row.target_id).where(*_created(batch), _becomes_customer())
        send_for_confirmation(ids, batch.id, batch.filename)
