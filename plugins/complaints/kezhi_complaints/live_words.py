"""How the figures of the live board are called (CMP-21)."""

from __future__ import annotations

from typing import Any

from kezhi import localised
from kezhi.builtin.customers.services import service_tiers
from kezhi.i18n import lazy_pgettext

from .report_words import FLAG_WORDS, NOT_NAMED
from .services.entries import tree
from .services.live import BUCKETS
from .words import STATE_WORDS

#: the time left, in the order of the board
BUCKET_WORDS: dict[str, tuple[Any, str]] = dict(
    zip(
        BUCKETS,
        (
            (lazy_pgettext("clock", "Overdue"), "red"),
            (lazy_pgettext("clock", "Less than 1 hour"), "orange"),
            (lazy_pgettext("clock", "Less than 4 hours"), "amber"),
            (lazy_pgettext("clock", "Later today"), "blue"),
            (lazy_pgettext("clock", "Another day"), "green"),
            (lazy_pgettext("clock", "Paused"), "gray"),
            (lazy_pgettext("clock", "No clock open"), "gray"),
        ),
        strict=True,
    )
)
LIVE_WORDS: dict[str, Any] = {
    "open": lazy_pgettext("live board", "Open complaints"),
    "state": lazy_pgettext("live board", "Open, by state"),
    "left": lazy_pgettext("live board", "Open, by time left"),
    "cell": lazy_pgettext("live board", "Open, by state and time left"),
    "clock": lazy_pgettext("live board", "Received this month"),
    "cause": lazy_pgettext("live board", "Received in the last 90 days, by cause"),
}


def live_title(name: str, key: str) -> str:
    """A figure of the board, and what it counts."""
    parts = key.split("/")
    if name == "cause":
        named = {str(row["id"]): row["title"] for row in tree("cause", retired=True)}
        words = [named.get(key, str(NOT_NAMED["cause"]))]
    elif name == "clock":
        tiers = {tier.key: localised(tier.title) for tier in service_tiers().tiers}
        words = [str(FLAG_WORDS[parts[0]]), *([tiers.get(parts[1], parts[1])] if len(parts) > 1 else [])]
    elif name == "open":
        words = []
    else:
        words = [str(STATE_WORDS[part] if part in STATE_WORDS else BUCKET_WORDS[part][0]) for part in parts]
    return " · ".join([str(LIVE_WORDS[name]), *words])
