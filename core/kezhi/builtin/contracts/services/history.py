"""What was changed of contracts, in words that people read; shown on their customer's timeline (CUS-05)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import groupby
from typing import Any

from flask import url_for
from sqlalchemy import func, insert, select

from kezhi import TimelineEntry, acting_user, can, clock, db
from kezhi.i18n import _
from kezhi.money import to_units

from ...accounts.services import names_of_logins
from ..labels import FIELD_LABELS, SECRET
from ..models import Change, Contract
from ..rules import MONEY
from .kinds import kind_text
from .sealing import kept, seal_version_of

CONTRACTS, CHANGES = Contract.__table__, Change.__table__
#: stands in ``field`` for the contract itself: it was entered, or taken out by reverting an import
ENTERED = "entered"


def as_text(field: str, value: Any, currency: str) -> str:
    """A value as the history keeps it: kinds by key, amounts in units with their currency, days as 2026-11-23."""
    if value is None:
        return ""
    if field == "amount":
        return f"{to_units(value, currency)} {currency}"
    return value.isoformat() if isinstance(value, date) else str(value)


def keep(contract: Contract, before: Mapping[str, Any], fields: Iterable[str], source: str = "page") -> None:
    """Keep the former values of what changed, in the caller's transaction."""
    now, actor = clock.now(), acting_user().login
    rows = [
        {
            "contract_id": contract.id,
            "customer_id": contract.customer_id,
            "at": now,
            "actor": actor,
            "field": field,
            "old": kept(field, contract.seal, as_text(field, before[field], before["currency"])),
            "new": kept(field, contract.seal, as_text(field, getattr(contract, field), contract.currency)),
            "source": source,
            "seal_version": seal_version_of(field),
        }
        for field in fields
    ]
    if rows:
        db.session.execute(insert(Change), rows)


def entries(
    until: datetime | None, limit: int, *, customer_id: int | None = None, contract_id: int | None = None
) -> list[TimelineEntry]:
    """How contracts were entered and changed: the newest ``limit`` not later than ``until``. Three statements.

    The caller has asked whether the acting user sees the customer. Amounts and terms are told to who may see them.
    """
    shown = [CHANGES.c.customer_id == customer_id] if contract_id is None else [CHANGES.c.contract_id == contract_id]
    opened = [CONTRACTS.c.customer_id == customer_id] if contract_id is None else [CONTRACTS.c.id == contract_id]
    if not can(MONEY):
        shown.append(CHANGES.c.field.not_in(SECRET))
    if until is not None:
        shown.append(CHANGES.c.at <= until)
        opened.append(CONTRACTS.c.created_at <= until)
    moments = select(CHANGES.c.at).where(*shown).group_by(CHANGES.c.at).order_by(CHANGES.c.at.desc()).limit(limit)
    earliest = select(func.min(moments.subquery().c.at)).scalar_subquery()
    statement = (
        select(CHANGES, CONTRACTS.c.number, CONTRACTS.c.title.label("subject"))
        .join(CONTRACTS, CONTRACTS.c.id == CHANGES.c.contract_id)
        .where(*shown, CHANGES.c.at >= earliest)
        .order_by(CHANGES.c.at.desc(), CHANGES.c.contract_id, CHANGES.c.id)
    )
    changed = db.session.execute(statement).all()
    newest = select(CONTRACTS).where(*opened).order_by(CONTRACTS.c.created_at.desc(), CONTRACTS.c.id.desc())
    made = db.session.execute(newest.limit(limit)).all()
    names = names_of_logins({row.actor for row in changed} | {row.created_by for row in made})
    found = [
        TimelineEntry(
            at=at,
            title=_("Contract %(number)s changed", number=rows[0].number)
            if source != "revert"
            else _("Contract %(number)s: import reverted", number=rows[0].number),
            who=names.get(actor, actor),
            icon="file-earmark-ruled",
            tone="gray",
            changes=tuple((FIELD_LABELS[row.field], _shown(row.field, row.old), _shown(row.field, row.new))
                          for row in rows),
            url=url_for("contracts.show", contract_id=contract),
        )
        for (at, actor, source, contract), rows in _together(changed)
    ]  # fmt: skip
    found += [
        TimelineEntry(
            at=row.created_at,
            title=_("Contract %(number)s entered", number=row.number),
            who=names.get(row.created_by, row.created_by),
            icon="file-earmark-plus",
            tone="blue",
            text=" · ".join(filter(None, (kind_text(row.kind), row.title))),
            url=url_for("contracts.show", contract_id=row.id),
        )
        for row in made
    ]
    return sorted(found, key=lambda entry: entry.at, reverse=True)[:limit]


def _together(changed: Any) -> list[tuple[Any, list[Any]]]:
    """What was changed of a contract at once."""
    groups = groupby(changed, key=lambda row: (row.at, row.actor, row.source, row.contract_id))
    return [(key, list(rows)) for key, rows in groups]


def _shown(field: str, text: str) -> str:
    return kind_text(text) if field == "kind" and text else text
