"""The time that is left in lists and on boards: sorted by the deadline, filtered by what is due (CMP-12, CMP-21).

``clock_columns()`` is for the list of complaints; ``card_face`` for the cards of a board, which has the same values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, and_

from kezhi import Choice, Column, Filter, Join, clock, localised
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.services import service_tiers
from kezhi.cells import Cell, Renderer
from kezhi.filters import EMPTY
from kezhi.i18n import _, lazy_pgettext

from .clock_faces import Face, Present, face_of
from .services.clocks import MISSED
from .services.following import CLOCK
from .services.promises import promises

ROW: Any = CLOCK.c
#: what a face needs beside the deadline, as ``extra`` of the column
EXTRA: tuple[Any, ...] = (ROW.leading, ROW.level_id, ROW.minutes, ROW.remaining, ROW.paused)
OVERDUE, HOUR, TODAY, RUNS, PAUSED = "overdue", "hour", "today", "running", "paused"
DUE_WORDS = {
    OVERDUE: lazy_pgettext("clock", "Overdue"),
    HOUR: lazy_pgettext("clock", "Due within an hour"),
    TODAY: lazy_pgettext("clock", "Due today"),
    RUNS: lazy_pgettext("clock", "A clock is open"),
    PAUSED: lazy_pgettext("clock", "Paused"),
}

Faces = Callable[[Any, Sequence[Any]], Face | None]


def clock_join() -> Join:
    """The clock of a complaint: a row for each."""
    return Join(CLOCK, ROW.complaint_id)


def clock_columns() -> list[Column]:
    """The time left, the deadline and the service tier."""
    join, faces = clock_join(), faces_now()

    known: dict[tuple[str, int, str], Markup] = {}  # the clocks of a page say the same few things

    def shown(cell: Cell) -> str:
        face = faces(cell.value, cell.extra)
        if face is None:
            return EMPTY
        said = face.tone, face.percent, face.short
        if said not in known:
            known[said] = clock_markup(face)
        return known[said]

    def exported(cell: Cell) -> str:
        face = faces(cell.value, cell.extra)
        return "" if face is None else face.text

    return [
        Column("time_left", _l("Time left"), ROW.due_at, join, sortable=True, default=True, order=55,
               render=Renderer(shown, exported, phone="end", labelled=False), extra=EXTRA,
               filter=Filter("choice", lambda: [Choice(key, text) for key, text in DUE_WORDS.items()], due_condition)),
        Column("due_at", lazy_pgettext("clock", "Due at"), ROW.due_at, join, render="instant", order=56),
        Column("tier", _l("Service tier"), ROW.tier, join, order=57, render="chip",
               filter=Filter("choice", _tier_choices)),
    ]  # fmt: skip


def due_condition(key: str) -> ColumnElement[bool]:
    """The complaints whose leading clock is overdue, due within an hour, due today; with an open one; paused."""
    now = clock.now()
    if key == OVERDUE:
        found: Any = ROW.due_at < now
    elif key == HOUR:
        found = ROW.due_at.between(now, now + timedelta(hours=1))
    elif key == TODAY:
        local = clock.local(now)
        found = ROW.due_at < local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    elif key == PAUSED:
        found = and_(ROW.paused.is_(True), ROW.basis > "")
    else:
        found = ROW.basis > ""
    condition: ColumnElement[bool] = found
    return condition


def faces_now() -> Faces:
    """How clocks look now, from a deadline and ``EXTRA``; the promises are read once, when the first one is shown."""
    now = clock.now()

    @lru_cache(maxsize=1)
    def present() -> Present:
        return Present(promises(), now)

    def face(due_at: Any, extra: Sequence[Any]) -> Face | None:
        leading, level_id, minutes, remaining, paused = extra
        if not leading:
            return None
        return face_of(present(), level_id, minutes, due_at, remaining, bool(paused))

    return face


def clock_markup(face: Face) -> Markup:
    """A clock as a cell: icon, time left or how late it is, in its tone."""
    icon = "pause-fill" if face.tone == "gray" else "clock"
    label = _("%(share)s%% of the time is used", share=face.percent)
    return Markup('<span class="kz-clock t-{}" title="{}"><i class="bi bi-{}" aria-hidden="true"></i>{}</span>').format(
        face.tone, label, icon, escape(face.short)
    )


def _tier_choices() -> list[Choice]:
    return [Choice(tier.key, localised(tier.title)) for tier in service_tiers().tiers]


def card_face(face: Face) -> dict[str, Any]:
    """The arguments ``time``, ``share``, ``tone`` and ``late`` of the macro ``card`` for a board."""
    return {"time": face.short, "share": face.percent, "tone": face.tone, "late": face.state == MISSED}
