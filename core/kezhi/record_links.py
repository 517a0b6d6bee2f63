"""Record links."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from .contributions import RecordLink
from .i18n import in_both_languages


def stored_links(links: list[RecordLink]) -> list[dict[str, Any]]:
    return [{**asdict(link), "label": in_both_languages(link.label)} for link in links]
