"""What a person has, and what was handed over: for who may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from kezhi import NotFound, acting_user, can, db, localised, visible
from kezhi.i18n import _

from ...accounts.models import Account
from ..contributions import HandOver, Name
from ..models import Item, Run
from ..parts import parts
from ..rules import CARRY_OUT

FIRST, PAGE = 20, 100  #: records of a part on the page of a hand-over, and on a page of its own
item: Any = Item.__table__


@dataclass(frozen=True, slots=True)
class Holding:
    """How much of something a person has."""

    part: HandOver
    count: int


@dataclass(frozen=True, slots=True)
class Line:
    """One record of the list; ``name`` is None for who may not see it, and then nothing else is shown of it."""

    record_id: int
    label: str
    name: Name | None
    to: str


@dataclass(frozen=True, slots=True)
class PartOf:
    """One part of a hand-over: how many went to whom, and the first of them."""

    key: str
    title: str
    icon: str
    count: int
    shares: tuple[tuple[str, int], ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A hand-over as a page shows it."""

    run: Run
    person: str
    by: str
    parts: tuple[PartOf, ...]
    along: tuple[tuple[str, int], ...]
    ended: tuple[tuple[str, int], ...]

    @property
    def count(self) -> int:
        return sum(part.count for part in self.parts)


def holdings(user_id: int) -> list[Holding]:
    """What a person has of everything that there is, one statement each; also what stays as it is."""
    found = []
    for part in parts():
        there = part.items(user_id).subquery()
        found.append(Holding(part, db.session.scalar(select(func.count()).select_from(there)) or 0))
    return found


def run_by_id(run_id: int) -> Run:
    """Errors: ``NotFound`` also for one that the acting person may not see."""
    run: Run | None = db.session.scalars(visible(Run).where(Run.id == run_id)).one_or_none()
    if run is None:
        raise NotFound(_("There is no such hand-over."))
    return run


def runs(before: int | None = None, limit: int = 50) -> list[tuple[Run, str, int]]:
    """The hand-overs that the acting person sees, the newest first: with the person's name and how many records."""
    statement = visible(Run).join(Account, Account.id == Run.from_id).add_columns(Account.name)
    if before is not None:
        statement = statement.where(Run.id < before)
    rows = db.session.execute(statement.order_by(Run.id.desc()).limit(limit)).all()
    counts = _counts([row[0].id for row in rows])
    return [(row[0], row[1], sum(counts.get((row[0].id, None), {}).values())) for row in rows]


def told(run_id: int) -> Told:
    """A hand-over with the beginning of each list; who only received sees their own share."""
    run = run_by_id(run_id)
    names: dict[Any, str] = {row.id: row.name for row in db.session.execute(_names_of(run))}
    counts = _counts([run.id], by_part=True)
    known = {part.key: part for part in parts()}
    found = []
    for key, kept in run.summary["parts"].items() if run.summary else ():
        shares = counts.get((run.id, key), {})
        if not shares:
            continue
        pairs = tuple((names.get(to, "—"), count) for to, count in shares.items())
        icon = known[key].icon if key in known else "box-arrow-right"
        title = localised(kept["title"])
        found.append(PartOf(key, title, icon, sum(shares.values()), pairs, tuple(lines(run, key, limit=FIRST)[0])))
    ended = run.summary.get("ended", {}) if can(CARRY_OUT) else {}
    along = run.summary.get("along", []) if can(CARRY_OUT) else []
    titles = [(str(known[key].title) if key in known else key, count) for key, count in ended.items() if count]
    return Told(
        run, names.get(run.from_id, "—"), names.get(run.by_id, run.by_login), tuple(found),
        tuple((localised(title), count) for title, count in along), tuple(titles),
    )  # fmt: skip


def lines(run: Run, part: str, after: int = 0, limit: int = PAGE) -> tuple[list[Line], int | None]:
    """Records of one part in the order of their ids after ``after``, and where the next page begins."""
    statement = (
        select(item.c.record_id, item.c.label, Account.name)
        .join(Account, Account.id == item.c.to_id)
        .where(item.c.run_id == run.id, item.c.part == part, item.c.record_id > after, *_own())
        .order_by(item.c.record_id)
        .limit(limit + 1)
    )
    rows = db.session.execute(statement).all()
    known = next((each for each in parts() if each.key == part), None)
    names = known.names([row.record_id for row in rows[:limit]]) if known is not None and rows else {}
    found = [Line(row.record_id, row.label, names.get(row.record_id), row.name) for row in rows[:limit]]
    return found, rows[limit - 1].record_id if len(rows) > limit else None


def _own() -> Sequence[Any]:
    """Who does not hand over sees what came to them."""
    return () if can(CARRY_OUT) else (item.c.to_id == acting_user().id,)


def _counts(ids: Sequence[int], *, by_part: bool = False) -> dict[tuple[int, str | None], dict[int, int]]:
    """How many records went to whom, by hand-over, or by hand-over and part."""
    if not ids:
        return {}
    keys = [item.c.run_id, item.c.part, item.c.to_id] if by_part else [item.c.run_id, item.c.to_id]
    statement = select(*keys, func.count().label("n")).where(item.c.run_id.in_(ids), *_own()).group_by(*keys)
    found: dict[tuple[int, str | None], dict[int, int]] = {}
    for row in db.session.execute(statement.order_by(*keys)):
        found.setdefault((row.run_id, row.part if by_part else None), {})[row.to_id] = row.n
    return found


def _names_of(run: Run) -> Any:
    """Ids and names of everybody who has to do with a hand-over."""
    receivers = select(item.c.to_id).where(item.c.run_id == run.id)
    people: Any = select(Account.id, Account.name)
    return people.where(Account.id.in_(receivers) | Account.id.in_([run.from_id, run.by_id or 0]))
