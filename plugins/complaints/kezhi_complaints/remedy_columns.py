"""Cost, cause, repetition and satisfaction in the list of complaints (CMP-13 to CMP-15)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select

from kezhi import Choice, Column, Filter
from kezhi import lazy_gettext as _l
from kezhi.i18n import lazy_pgettext

from .models import (
    CAUSE,
    CLOSED,
    COSTS,
    OPEN_ACTIONS,
    Complaint,
    CorrectiveAction,
    Remedy,
    Responsibility,
    Satisfaction,
)
from .services.entries import ENTRIES, shown, sql_title, subtree, tree
from .services.repeating import repeated_ids, repeats
from .words_remedies import SCORE_WORDS

C: Any = Complaint.__table__
REMEDIES: Any = Remedy.__table__
SHARES: Any = Responsibility.__table__
ACTIONS: Any = CorrectiveAction.__table__
ASKED: Any = Satisfaction.__table__
REPEATED, FIRST, NOT_ASKED = "repeat", "first", "none"
REPEAT_CHOICES = {REPEATED: lazy_pgettext("complaints", "Repeated cause"), FIRST: lazy_pgettext("complaints", "Not")}


def remedy_columns() -> list[Column]:
    """What follows from a complaint, as columns that one can choose."""
    return [
        Column("cause", lazy_pgettext("complaint", "Cause"), _cause(), order=64, filter=Filter("choice", _causes, _of)),
        Column("repeat", _l("Repeated cause"), case((repeats(), REPEATED), else_=""), order=65, render="chip",
               extra=(case((C.c.cause_id.is_not(None), "red"), else_="gray"),), filter=Filter(
                   "choice", lambda: [Choice(REPEATED, REPEAT_CHOICES[REPEATED])], _repeated)),
        Column("cost", _l("Cost"), _cost(), order=72, render="money"),
        Column("responsible", lazy_pgettext("cost", "Responsible"), _responsible(), order=73,
               filter=Filter("text", apply=_borne_by)),
        Column("actions", _l("Open corrective actions"), _open_actions(), order=74, render="count",
               filter=Filter("choice", lambda: [Choice("some", _l("Some are open"))], lambda _key: _with_actions())),
        Column("satisfaction", _l("Satisfaction"), _score(), order=75, filter=Filter("choice", _scores, _scored)),
    ]  # fmt: skip


def _cause() -> Any:
    return select(sql_title(ENTRIES)).where(ENTRIES.c.id == C.c.cause_id).correlate(C).scalar_subquery()


def _causes() -> list[Choice]:
    return [Choice(str(row["id"]), shown(row)) for row in tree(CAUSE, retired=True)]


def _of(key: str) -> ColumnElement[bool]:
    """Those of a cause and of all causes below it."""
    found: ColumnElement[bool] = C.c.cause_id.in_(subtree(tree(CAUSE, retired=True), int(key)))
    return found


def _repeated(_key: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = C.c.id.in_(repeated_ids())
    return found


def _cost() -> Any:
    mine = (REMEDIES.c.complaint_id == C.c.id) & REMEDIES.c.state.in_(COSTS)
    return select(func.sum(REMEDIES.c.amount)).where(mine).correlate(C).scalar_subquery()


def _responsible() -> Any:
    """The one who bears most."""
    mine = select(SHARES.c.name).where(SHARES.c.complaint_id == C.c.id).correlate(C)
    return mine.order_by(SHARES.c.share.desc(), SHARES.c.id).limit(1).scalar_subquery()


def _borne_by(text: str) -> ColumnElement[bool]:
    named = select(SHARES.c.complaint_id).where(SHARES.c.name.icontains(text, autoescape=True))
    found: ColumnElement[bool] = C.c.id.in_(named)
    return found


def _open_actions() -> Any:
    return select(func.count()).select_from(ACTIONS).where(*_theirs()).correlate(C).scalar_subquery()


def _with_actions() -> ColumnElement[bool]:
    return select(ACTIONS.c.id).where(*_theirs()).correlate(C).exists()


def _theirs() -> Any:
    return ACTIONS.c.complaint_id == C.c.id, ACTIONS.c.state.in_(OPEN_ACTIONS)


def _score() -> Any:
    """The latest answer in words."""
    words = case(*((ASKED.c.score == score, str(text)) for score, text in SCORE_WORDS.items()), else_="")
    mine = select(words).where(ASKED.c.complaint_id == C.c.id, ASKED.c.score.is_not(None)).correlate(C)
    return mine.order_by(ASKED.c.id.desc()).limit(1).scalar_subquery()


def _scores() -> list[Choice]:
    none = Choice(NOT_ASKED, _l("Closed, no answer yet"))
    return [*(Choice(str(score), text) for score, text in SCORE_WORDS.items()), none]


def _scored(key: str) -> ColumnElement[bool]:
    answered = select(ASKED.c.id).where(ASKED.c.complaint_id == C.c.id, ASKED.c.score.is_not(None)).correlate(C)
    if key == NOT_ASKED:
        found: ColumnElement[bool] = (C.c.state == CLOSED) & or_(~answered.exists())
    else:
        found = answered.where(ASKED.c.score == int(key)).exists()
    return found
