"""How a complaint stands, worked out from its events alone: what its columns have to say (CMP-10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ..models import (
    ACCEPTED,
    ANSWERED,
    ASSIGNED,
    CLOSED,
    ESCALATED,
    JUDGED,
    PAUSED,
    PLANNED,
    REGISTERED,
    REOPENED,
    RESUMED,
    STATES,
    WITHDRAWN,
)

#: the columns of a complaint that its events decide about
COLUMNS = ("state", "handler_id", "paused", "level", "reopened", "validity", "severity", "ground", "planned_at",
           "answered_at", "closed_at")  # fmt: skip


def standing(events: Iterable[tuple[str, datetime, int | None, Mapping[str, Any]]]) -> dict[str, Any]:
    """The columns as the events (kind, at, owner_id, details) leave them, in the order they were made."""
    now: dict[str, Any] = dict.fromkeys(COLUMNS)
    now.update(state=REGISTERED, paused=False, level=0, reopened=0, validity="", severity="", ground="")
    for kind, at, owner_id, details in events:
        if kind in STATES:
            now["state"] = kind
        if kind == ACCEPTED or (kind == ASSIGNED and details.get("role") == "handler"):
            now["handler_id"] = details.get("user_id", owner_id)
        elif kind in (PAUSED, RESUMED):
            now["paused"] = kind == PAUSED
        elif kind == ESCALATED:
            now["level"] += 1
        elif kind == JUDGED:
            now.update({name: details[name] for name in ("validity", "severity", "ground")})
        elif kind == REOPENED:
            now.update(state=ACCEPTED, handler_id=details["user_id"], reopened=now["reopened"] + 1, validity="",
                       severity="", ground="", answered_at=None, closed_at=None)  # fmt: skip
        if kind in (PLANNED, ANSWERED) and now["planned_at"] is None:
            now["planned_at"] = at
        if kind == ANSWERED:
            now["answered_at"] = at
        elif kind in (CLOSED, WITHDRAWN):
            now["closed_at"] = at
    return now
