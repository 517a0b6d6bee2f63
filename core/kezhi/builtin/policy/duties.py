"""Overdue clauses on the first page of who sees the board."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for

from kezhi import User, acting_user, clock
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from ..tasks.contributions import TaskKind, Waiting
from .lines import all_lines
from .services import overdue_lines


def kinds() -> list[TaskKind]:
    """What waits for managers: clauses that are not kept."""
    return [
        TaskKind(
            "policy.overdue",
            _l("Clauses overdue"),
            icon="clipboard2-x",
            clause="PER-01",
            waiting=waiting,
            all_of_it="policy.overdue",
        )
    ]


def waiting(user: User, limit: int) -> Sequence[Waiting]:
    """The overdue clauses, as recorded this morning, the oldest first."""
    if not user.can("policy.read"):
        return []
    lines = all_lines()
    return [
        Waiting(
            lines[key].title,
            url_for("policy.show", line=key),
            note=" · ".join((lines[key].clause.id, _("overdue from %(day)s on", day=since.isoformat()))),
        )
        for key, since, _breaches in overdue_lines(clock.today())[:limit]
    ]


def count() -> int:
    """How many clauses are overdue, for the menu."""
    return len(overdue_lines(clock.today())) if acting_user().can("policy.read") else 0
