"""What the live board shows (CMP-21)."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import select

from kezhi import clock, db, localised
from kezhi.builtin.customers.services import service_tiers
from kezhi.i18n import _

from .clock_columns import faces_now
from .clock_words import CLOCK_WORDS
from .live_words import BUCKET_WORDS
from .models import OPEN_STATES
from .report_content import pareto, rate
from .report_pages import pareto_picture
from .report_words import NOT_NAMED
from .services import live
from .services.report_rows import ACCOUNTS
from .words import STATE_TONES, STATE_WORDS

MOST_CAUSES = 10


def opens(name: str, key: str = "") -> str:
    """The complaints behind a figure of the board."""
    return url_for("complaints.index", figure=f"live.{name}", key=key or None)


def board() -> dict[str, Any]:
    """Everything on it: a fixed number of statements."""
    cells = live.open_ones()
    lefts = {left: sum(count for (_state, each), count in cells.items() if each == left) for left in live.BUCKETS}
    states = {state: sum(count for (each, _left), count in cells.items() if each == state) for state in OPEN_STATES}
    return {
        "cells": cells,
        "lefts": [(key, *BUCKET_WORDS[key], count, opens("left", key)) for key, count in lefts.items()],
        "states": [(key, STATE_WORDS[key], STATE_TONES[key], count, opens("state", key))
                   for key, count in states.items()],
        "open": sum(states.values()),
        "open_url": opens("open"),
        "opens": opens,
        "kept": _kept(),
        "causes": _causes(),
        "worst": _worst(),
        "at": clock.now(),
    }  # fmt: skip


def _kept() -> list[dict[str, Any]]:
    """Per clock and tier: kept, missed and the share that was kept; all tiers together come first."""
    by_tier = live.kept_this_month()
    tiers = [tier for tier in service_tiers().tiers if tier.key in by_tier]
    found = []
    for name, title in (("plan", CLOCK_WORDS["plan"]), ("answer", _("Response by tier")),
                        ("resolve", CLOCK_WORDS["resolve"])):  # fmt: skip
        rows = [("", _("All"), _sum(by_tier.values(), name))]
        if len(tiers) > 1:
            rows += [(tier.key, localised(tier.title), _sum([by_tier[tier.key]], name)) for tier in tiers]
        found.append({"title": title, "rows": [
            {"title": text, "kept": kept, "missed": missed, "rate": rate(kept, kept + missed),
             "kept_url": opens("clock", f"{name}_kept" + (f"/{tier}" if tier else "")),
             "missed_url": opens("clock", f"{name}_missed" + (f"/{tier}" if tier else ""))}
            for tier, text, (kept, missed) in rows
        ]})  # fmt: skip
    return found


def _sum(rows: Any, name: str) -> tuple[int, int]:
    given = list(rows)
    return sum(row[f"{name}_kept"] for row in given), sum(row[f"{name}_missed"] for row in given)


def _causes() -> dict[str, Any] | None:
    rows = live.causes()
    lines = [
        {"key": str(cause), "name": localised({"zh": zh, "en": en or zh}) or str(NOT_NAMED["cause"]), "now": count}
        for cause, zh, en, count in rows
    ]
    if not lines:
        return None
    return pareto_picture(pareto(lines), lambda line: opens("cause", line["key"]), most=MOST_CAUSES)


def _worst() -> list[dict[str, Any]]:
    rows, faces = live.worst(), faces_now()
    people = {row.handler_id for row in rows if row.handler_id is not None}
    names = {row.id: row.name for row in db.session.execute(
        select(ACCOUNTS.c.id, ACCOUNTS.c.name).where(ACCOUNTS.c.id.in_(people)))}  # fmt: skip
    tiers = {tier.key: localised(tier.title) for tier in service_tiers().tiers}
    return [
        {"number": row.number, "subject": row.subject, "state": (STATE_WORDS[row.state], STATE_TONES[row.state]),
         "handler": names.get(row.handler_id, ""), "tier": tiers.get(row.tier, row.tier),
         "clock": CLOCK_WORDS[row.leading] if row.leading else "",
         "face": faces(row.due_at, (row.leading, row.level_id, row.minutes, row.remaining, row.paused)),
         "url": url_for("complaints.show", complaint_id=row.id)}
        for row in rows
    ]  # fmt: skip
