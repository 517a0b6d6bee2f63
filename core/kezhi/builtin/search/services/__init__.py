"""Finding records, keeping their tokens, and what a person opened last."""

from .finding import Group, Hit, find, list_search
from .following import follow, rebuild, reconcile, work_off
from .kinds import every_kind, kinds_of
from .recent import note_opened, opened_record, recent_hits

__all__ = [
    "Group",
    "Hit",
    "every_kind",
    "find",
    "follow",
    "kinds_of",
    "list_search",
    "note_opened",
    "opened_record",
    "rebuild",
    "recent_hits",
    "reconcile",
    "work_off",
]
