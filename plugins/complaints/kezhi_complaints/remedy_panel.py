"""What the page of a complaint shows of remedies, responsibility, corrective actions and satisfaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kezhi import db, visible
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.approvals.models import Request

from .models import (
    ACTION,
    APPROVED,
    IN_APPROVAL,
    INEFFECTIVE,
    REMEDY,
    SATISFACTION,
    VALID,
    Complaint,
    CorrectiveAction,
    Event,
)
from .services.actions import actions_of, may_act
from .services.entries import ENTRIES, title_of
from .services.remedies import CHANGEABLE, cost_of, may_carry_out, may_remedy, remedies_of
from .services.remedy_approval import KIND
from .services.repeating import CAUSE, earlier_of
from .services.responsible import may_name, shares_of, split
from .services.satisfaction import asked_of, may_ask_after, next_above, to_decide
from .words_remedies import (
    ACTION_EVENTS,
    ACTION_WORDS,
    REMEDY_EVENTS,
    REMEDY_STATE_WORDS,
    REMEDY_WORDS,
    REPEAT_WORDS,
    SATISFACTION_EVENTS,
    SCORE_TONES,
    SCORE_WORDS,
    UNIT_WORDS,
)

ACCOUNTS: Any = Account.__table__
SAID: dict[str, dict[str, Any]] = {REMEDY: REMEDY_EVENTS, ACTION: ACTION_EVENTS, SATISFACTION: SATISFACTION_EVENTS}


def followed(event: Event, title: Any, tail: Any) -> tuple[Any, Any]:
    """How an event of these kinds is called in the history, and what it says in a word."""
    what = event.details.get("what", "")
    if event.kind not in SAID:
        return title, tail
    if event.kind == REMEDY:
        tail = REMEDY_WORDS.get(event.details.get("given", ""), tail)
    elif event.details.get("score"):
        tail = SCORE_WORDS[event.details["score"]]
    return SAID[event.kind].get(what, title), tail


def remedy_panel(complaint: Complaint) -> dict[str, Any]:
    """The values of the three sections. Nothing of them for a complaint that has none and may have none."""
    remedies, shares = remedies_of(complaint.id), shares_of(complaint.id)
    actions, asked = actions_of(complaint.id), asked_of(complaint.id)
    costs, decide = cost_of(complaint.id), to_decide(complaint)
    return {
        "remedies": remedies,
        "requests": _requests([each.id for each in remedies]),
        "shares": shares,
        "borne": {money: split(cost, [each.share for each in shares]) for money, cost in costs.items()},
        "costs": costs,
        "cause": _cause(complaint.cause_id),
        "actions": actions,
        "followed_up": {each.follows_id for each in actions},
        "earlier_same": earlier_of(complaint),
        "asked": asked,
        "decide": decide,
        "above": next_above(complaint) is not None if decide is not None else False,
        "follow_names": _names(actions),
        "follow_may": {
            "remedy": may_remedy(complaint), "carry_out": may_carry_out(complaint), "name": may_name(complaint),
            "act": may_act(complaint), "ask": may_ask_after(complaint),
        },
        "follow_words": {
            "remedies": REMEDY_WORDS, "remedy_states": REMEDY_STATE_WORDS, "units": UNIT_WORDS,
            "actions": ACTION_WORDS, "scores": SCORE_WORDS, "score_tones": SCORE_TONES, "repeats": REPEAT_WORDS,
        },
        "follow_states": {"changeable": CHANGEABLE, "approved": APPROVED, "waiting": IN_APPROVAL,
                          "ineffective": INEFFECTIVE, "same_cause": CAUSE},
        "without_action": lacks_action(complaint, actions),
    }  # fmt: skip


def lacks_action(complaint: Complaint, actions: list[CorrectiveAction]) -> bool:
    """Whether a valid complaint has a cause and nothing is done about it."""
    acted = any(each.state != "abandoned" for each in actions)
    return complaint.validity == VALID and complaint.cause_id is not None and not acted


def _cause(cause_id: int | None) -> str:
    row = db.session.execute(select(ENTRIES).where(ENTRIES.c.id == cause_id)).mappings().first() if cause_id else None
    return title_of(row) if row is not None else ""


def _names(actions: list[CorrectiveAction]) -> dict[int, str]:
    ids = {each for action in actions for each in (action.owner_id, action.checker_id)}
    rows = select(ACCOUNTS.c.id, ACCOUNTS.c.name).where(ACCOUNTS.c.id.in_(sorted(ids)))
    return {row.id: row.name for row in db.session.execute(rows)} if ids else {}


def _requests(ids: list[int]) -> dict[int, tuple[str, int | None]]:
    """The latest request about each remedy that was put up: its number, and its id for who may open it."""
    found: dict[int, tuple[str, int | None]] = {}
    if not ids:
        return found
    table: Any = Request.__table__
    mine = (table.c.kind == KIND) & table.c.reference.in_([str(each) for each in ids])
    numbers = select(table.c.id, table.c.reference, table.c.number).where(mine).order_by(table.c.id)
    seen = set(db.session.scalars(visible(Request).with_only_columns(table.c.id).where(mine)))
    for row in db.session.execute(numbers):
        found[int(row.reference)] = (row.number, row.id if row.id in seen else None)
    return found
