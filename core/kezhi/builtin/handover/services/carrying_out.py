"""The hand-over itself: one transaction, set-based, all of it or nothing (ORG-01).

The list of what goes to whom is written first and the records follow it, so that what is kept is what happened. The
preview is the same work, undone at the end: it cannot say anything else than what will be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, and_, case, func, insert, literal, null, select, true

from kezhi import Conflict, NotFound, Refused, User, acting_user, audit_record, clock, db, writing
from kezhi.i18n import _, in_both_languages

from ...accounts.models import Account
from ...accounts.services import deactivate, load_users
from ..contributions import HandOver
from ..models import Item, Run
from ..parts import parts
from ..telling import tell
from .reading import Told, told

MOST_RECEIVERS = 5
LONGEST_NOTE = 500
NAMED = 5  #: records that a refusal names

item: Any = Item.__table__


@dataclass(frozen=True, slots=True)
class Plan:
    """Who takes over what. ``receivers`` share each part evenly, but for the parts that ``chosen`` gives to one."""

    from_id: int
    receivers: tuple[int, ...]
    chosen: Mapping[str, int] = field(default_factory=dict)
    deactivate: bool = True
    note: str = ""

    def of(self, part: HandOver) -> tuple[int, ...]:
        """Who gets the records of a part."""
        one = self.chosen.get(part.key)
        return (one,) if one is not None else self.receivers


class Undone(Exception):
    """Ends a preview: its transaction is rolled back."""


def try_out(plan: Plan) -> Told:
    """What the hand-over would do, worked out by doing it and undoing it. Errors: those of :func:`carry_out`."""
    shown: list[Told] = []
    try:
        with writing():
            run_id = carry_out(plan)
            db.session.flush()
            shown.append(told(run_id))
            db.session.refresh(shown[0].run)
            db.session.expunge(shown[0].run)  # it is shown after it is undone
            raise Undone
    except Undone:
        return shown[0]


def carry_out(plan: Plan) -> int:
    """Hand everything over, inside ``writing()``; the id of the kept list.

    Errors: ``NotFound``; ``Refused`` for receivers who are not active or may not get something, naming what; nothing
    has moved then. ``Conflict`` when somebody changed one of the records meanwhile.
    """
    leaver = db.session.scalars(select(Account).where(Account.id == plan.from_id).with_for_update()).one_or_none()
    if leaver is None:
        raise NotFound(_("There is no such user."))
    people = _receivers(plan)
    if len(plan.note) > LONGEST_NOTE:
        raise Refused(_("Write %(count)s characters at most.", count=LONGEST_NOTE), field="note")
    user = acting_user()
    run = Run(
        from_id=plan.from_id, by_id=user.id, by_login=user.login, at=clock.now(), note=plan.note.strip(),
        deactivated=plan.deactivate and leaver.active, summary={},
    )  # fmt: skip
    db.session.add(run)
    db.session.flush()
    run_id, leaves = run.id, run.deactivated
    moved: dict[str, Any] = {}
    along: list[Any] = []
    for part in parts():
        if part.move is None:
            continue
        count = _deal(run_id, part, plan, people)
        if count:
            along += _move(run_id, part, plan)
            moved[part.key] = {"title": in_both_languages(part.title), "count": count}
    ended = {}
    if leaves:
        ended = {part.key: part.end(plan.from_id) for part in parts() if part.end is not None}
        deactivate(plan.from_id)
    kept = db.session.get_one(Run, run_id)
    kept.summary = {"parts": moved, "along": _summed(along), "ended": ended}
    counts = {key: each["count"] for key, each in moved.items()}
    audit_record("handover.carry_out", "user", plan.from_id, run=run_id, to=sorted(people), moved=counts)
    db.session.flush()
    tell(run_id, leaver.name, sorted(people))
    return run_id


def _receivers(plan: Plan) -> dict[int, User]:
    """The people who take over. Errors: ``Refused``."""
    wanted = {*plan.receivers, *plan.chosen.values()}
    found = {each.id: each for each in load_users(Account.id.in_(sorted(wanted))) if each.id is not None}
    if not plan.receivers or wanted - set(found) or plan.from_id in wanted:
        raise Refused(_("Choose other active people who take over."), field="receivers")
    if len(plan.receivers) > MOST_RECEIVERS or len(set(plan.receivers)) < len(plan.receivers):
        raise Refused(_("Choose one to %(count)s different people.", count=MOST_RECEIVERS), field="receivers")
    unknown = set(plan.chosen) - {part.key for part in parts() if part.move is not None}
    if unknown:
        raise Refused(_("There is nothing to hand over called “%(part)s”.", part=min(unknown)), field="receivers")
    return found


def _deal(run_id: int, part: HandOver, plan: Plan, people: Mapping[int, User]) -> int:
    """Write down who gets which record of a part: in turn, past those who may not get it. How many there are."""
    takers = plan.of(part)
    there = part.items(plan.from_id).subquery("there")
    turn = (func.row_number().over(order_by=there.c.record_id) - 1) % len(takers)
    dealt = select(there.c.record_id, there.c.label, turn.label("turn")).subquery("dealt")
    columns = [literal(run_id), literal(part.key), dealt.c.record_id, dealt.c.label, _taker(part, takers, dealt.c)]
    result: Any = db.session.execute(
        insert(item).from_select(["run_id", "part", "record_id", "label", "to_id"], select(*columns)),
        execution_options={"preserve_rowcount": True},
    )
    if not result.rowcount:
        return 0
    unfit = [people[each].name for each in takers if not part.accepts(people[each])]
    if unfit:
        raise Refused(
            _(
                "%(name)s may not take over “%(part)s”: their role does not let them see it.",
                name=", ".join(unfit),
                part=str(part.title),
            ),
            field=part.key,
        )
    _check_all_taken(run_id, part)
    return int(result.rowcount)


def _taker(part: HandOver, takers: Sequence[int], dealt: Any) -> Any:
    """Whose turn it is, else the next one who may get it; NULL when nobody may."""
    barred = {each: part.barred(each) for each in takers} if part.barred is not None else {}
    count, turns = len(takers), []
    for turn in range(count):
        for further in range(count if barred else 1):
            who = takers[(turn + further) % count]
            may = dealt.record_id.not_in(barred[who]) if who in barred else true()
            turns.append((and_(dealt.turn == turn, may), literal(who, item.c.to_id.type)))
    return case(*turns, else_=null())


def _check_all_taken(run_id: int, part: HandOver) -> None:
    left = select(item.c.label).where(item.c.run_id == run_id, item.c.part == part.key, item.c.to_id.is_(None))
    labels = list(db.session.scalars(left.order_by(item.c.record_id).limit(NAMED + 1)))
    if labels:
        shown = ", ".join(labels[:NAMED]) + (" …" if len(labels) > NAMED else "")
        raise Refused(
            _(
                "“%(part)s”: nobody whom you chose may take over %(records)s. Choose somebody else for this.",
                part=str(part.title),
                records=shown,
            ),
            field=part.key,
        )


def _move(run_id: int, part: HandOver, plan: Plan) -> list[tuple[Any, int]]:
    """Let the records follow the list. Errors: ``Conflict`` when one of them stayed."""
    assert part.move is not None
    followed: list[tuple[Any, int]] = []
    for who in plan.of(part):
        followed += part.move(plan.from_id, who, _ids(run_id, part.key, who))
    stayed = part.items(plan.from_id).subquery("stayed")
    listed = select(item.c.record_id).where(item.c.run_id == run_id, item.c.part == part.key)
    if db.session.scalar(select(func.count()).select_from(stayed).where(stayed.c.record_id.in_(listed))):
        raise Conflict(_("Somebody changed one of the records meanwhile; nothing was handed over. Try again."))
    return followed


def _ids(run_id: int, part: str, to_id: int) -> Select[Any]:
    return select(item.c.record_id).where(item.c.run_id == run_id, item.c.part == part, item.c.to_id == to_id)


def _summed(along: Sequence[tuple[Any, int]]) -> list[Any]:
    """What followed, by title: ``[[{"zh", "en"}, count]]``."""
    found: dict[str, list[Any]] = {}
    for title, count in along:
        both = title if isinstance(title, dict) else in_both_languages(title)
        found.setdefault(str(both), [both, 0])[1] += count
    return [each for each in found.values() if each[1]]
