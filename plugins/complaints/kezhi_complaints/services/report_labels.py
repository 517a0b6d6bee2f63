"""What figures are called, kept with them: a report stays readable after lists, departments and people changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import case, select

from kezhi import db
from kezhi.builtin.customers.services import service_tiers
from kezhi.i18n import in_both_languages

from ..models import OPEN_ACTIONS
from .report_rows import ACCOUNTS, ACTIONS, DEPARTMENTS, KINDS, UNITS

#: so many open actions are named one by one
MOST_ACTIONS = 30
Labels = dict[str, dict[str, Any]]


def labels_of(report_id: int, figures: dict[str, Any]) -> Labels:
    """``{part: {key: {"zh": …, "en": …}}}`` of the keys that figures have: three statements."""
    parts = figures["parts"]
    wanted = {line["key"] for name in ("kind", "channel", "cause") for line in parts[name]}
    wanted |= {line["key"] for line in figures["repeats"]} | {row["cause"] for row in figures["actions"]}
    ids = sorted(int(key) for key in wanted - {""})
    rows = db.session.execute(select(KINDS.c.id, KINDS.c.zh, KINDS.c.en).where(KINDS.c.id.in_(ids)))
    named = {str(row.id): {"zh": row.zh, "en": row.en or row.zh} for row in rows}
    places = sorted(int(line["key"]) for line in parts["department"] if line["key"])
    departments = db.session.execute(select(DEPARTMENTS.c.id, DEPARTMENTS.c.name).where(DEPARTMENTS.c.id.in_(places)))
    units = db.session.execute(
        select(UNITS.c.unit_key, UNITS.c.name).where(UNITS.c.report_id == report_id).distinct().order_by(UNITS.c.name)
    )
    found: Labels = {name: {line["key"]: named[line["key"]] for line in parts[name] if line["key"] in named}
                     for name in ("kind", "channel")}  # fmt: skip
    found["cause"] = {key: named[key] for key in sorted(wanted) if key in named and key not in found["kind"]}
    found["department"] = {str(row.id): row.name for row in departments}
    found["unit"] = {row.unit_key: row.name for row in units if row.name}
    found["tier"] = {tier.key: in_both_languages(tier.title) for tier in service_tiers().tiers}
    return found


def actions_of(at: datetime) -> list[dict[str, Any]]:
    """The open corrective actions, the most urgent first; whose complaint it is about is not told."""
    a = ACTIONS.c
    due = case((a.state == "done", a.check_at), else_=a.due_at).label("due")
    rows = db.session.execute(
        select(a.complaint_id, a.cause_id, a.state, due, ACCOUNTS.c.name)
        .join(ACCOUNTS, ACCOUNTS.c.id == a.owner_id)
        .where(a.state.in_(OPEN_ACTIONS))
        .order_by(due.is_(None), due, a.id)
        .limit(MOST_ACTIONS)
    )
    return [
        {"cause": "" if row.cause_id is None else str(row.cause_id), "owner": row.name, "state": row.state,
         "complaint": row.complaint_id, "due": row.due.isoformat() if row.due else "",
         "late": bool(row.due and row.due < at)}
        for row in rows
    ]  # fmt: skip
