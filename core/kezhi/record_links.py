"""Which tables of plugins hang on which records, as data that outlives the plugin's code.

The life cycle keeps the links of a plugin in its row (``builtin.apps.record_links`` reads them there).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from .contributions import RecordLink
from .i18n import in_both_languages


def stored_links(links: list[RecordLink]) -> list[dict[str, Any]]:
    """Links as JSON, labels in both languages."""
    return [{**asdict(link), "label": in_both_languages(link.label)} for link in links]
