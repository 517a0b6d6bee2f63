"""Finding records by what somebody types, never more than the person may see.

Candidates come from the index in the order of their tokens, so that an exact code is first; a few at a time, because a
common word fits half of all records. When none of the first candidates may be seen, the question is turned round: among
the records that the person sees, which have such a token?
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true, union_all
from sqlalchemy.sql import sqltypes

from kezhi import db, localised
from kezhi.visibility import visible_where

from ..contributions import SearchKind
from ..folding import MOST_WORDS, after, scan, words
from ..models import Token
from ..tokens import BEGINNING, INSIDE
from .indexing import in_range
from .kinds import every_kind, kinds_of, ready_kinds

log = logging.getLogger("kezhi.search")

CANDIDATES = 2_000  #: looked at for who does not see every record, or types several words
FIRST_CANDIDATES = 200  #: looked at for who sees every record
RANKED = 30  #: of them, so many are put in the order in which people expect them
FEW = 5_000  #: a word that fits no more records is where a list starts from
token = Token.__table__


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found."""

    kind: str
    id: int
    heading: str
    notes: tuple[str, ...]
    icon: str
    endpoint: str
    argument: str = ""  #: what the id is called there; empty for a page without one

    @property
    def url(self) -> str:
        """The address of its page, within a request."""
        values: dict[str, Any] = {self.argument: self.id} if self.argument else {}
        return url_for(self.endpoint, **values)


@dataclass(slots=True)
class Group:
    """What was found of one kind. ``list_endpoint`` shows all of it when there is more than ``hits``."""

    key: str
    title: Any
    icon: str
    hits: list[Hit] = field(default_factory=list)
    more: bool = False
    list_endpoint: str = ""
    failed: bool = False


def find(text: str, limit: int = 8) -> list[Group]:
    """What fits every word of ``text``, by kinds that have something. One that fails costs only itself."""
    wanted = words(text)
    if not wanted:
        return []
    kinds, groups = kinds_of(), []
    ready = ready_kinds(kinds)
    for kind in kinds.values():
        group = Group(kind.key, kind.title, kind.icon)
        try:
            found = _ranked(_found(kind, wanted, text, max(limit + 1, RANKED), key_is_ready=kind.key in ready), wanted)
            found = _merged(_named_exactly(kind, text, limit + 1), found)
        except Exception:
            log.exception("search: %s cannot be searched", kind.key)
            db.session.rollback()
            group.failed = True
            found = []
        group.hits, group.more = found[:limit], len(found) > limit
        group.list_endpoint = kind.list_endpoint if group.more else ""
        if group.hits or group.failed:
            groups.append(group)
    return groups


def hits_of(kind: SearchKind, condition: ColumnElement[bool], limit: int) -> list[Hit]:
    """The records of a kind that fulfil a condition and may be seen."""
    return _hits(kind, _records(kind).where(condition).limit(limit))


def list_search(key: str, otherwise: Sequence[Any]) -> Any:
    """For ``ListView(search=…)``: the predicate of one word of ``q`` on the records of a kind.

    Without the search builtin the list looks into the expressions ``otherwise``.
    """
    kind = every_kind().get(key)
    if kind is None:
        return otherwise

    def matching(word: str) -> ColumnElement[bool]:
        found: list[ColumnElement[bool]] = []
        for part in words(word):
            probe = select(token.c.record_id).where(*_fits(kind.key, part))
            if _is_rare(probe, FEW):  # read the few records, or read the list and ask for each record
                found.append(kind.record_id.in_(probe))
            else:
                found.append(_has(kind, part))
        by_tokens = and_(true(), *found)
        exact = kind.exact(word) if kind.exact is not None else None
        if exact is not None:
            by_tokens = or_(exact, by_tokens)
        return by_tokens if ready_kinds({key: kind}) else or_(by_tokens, _begins(kind, word))

    return matching


def _named_exactly(kind: SearchKind, text: str, limit: int) -> list[Hit]:
    condition = kind.exact(text) if kind.exact is not None else None
    return hits_of(kind, condition, limit) if condition is not None else []


# ── one kind ────────────────────────────────────────────────────────────────────────────────────────────────────


def _found(kind: SearchKind, wanted: list[str], text: str, limit: int, *, key_is_ready: bool) -> list[Hit]:
    rarest, *others = _rarest_first(kind.key, wanted)
    seen = visible_where(kind.model)
    narrowed = seen is not None or bool(others)
    cut = CANDIDATES if narrowed else FIRST_CANDIDATES
    best = _nearest(kind.key, rarest, cut)
    near = _records(kind).join(best, best.c.record_id == kind.record_id)
    near = near.where(*(_has(kind, word) for word in others))
    hits = _hits(kind, near.order_by(best.c.place, best.c.token, kind.record_id).limit(limit))
    if narrowed and len(hits) < limit and not _is_rare(select(token.c.token).where(*_fits(kind.key, rarest)), cut):
        hits = _merged(hits, _hits(kind, _records(kind).where(*(_has(kind, word) for word in wanted)).limit(limit)))
    if not key_is_ready and len(hits) < limit:
        begin = and_(true(), *(_begins(kind, piece) for piece in text.split()[:MOST_WORDS]))
        hits = _merged(hits, _hits(kind, _records(kind).where(begin).limit(limit)))
    return hits


def _records(kind: SearchKind) -> Select[Any]:
    """The records of a kind that the acting person sees, as results show them."""
    seen = visible_where(kind.model)
    parts = [part.label(f"c{number}") for number, part in enumerate([kind.record_id, kind.heading, *kind.notes])]
    statement = select(*parts).select_from(kind.model)
    return statement if seen is None else statement.where(seen)


def _hits(kind: SearchKind, statement: Select[Any]) -> list[Hit]:
    return [
        Hit(
            kind.key,
            row[0],
            _shown(row[1]),
            tuple(text for text in map(_shown, row[2:]) if text),
            kind.icon,
            kind.endpoint,
            kind.argument,
        )
        for row in db.session.execute(statement)
    ]


def _shown(value: Any) -> str:
    return localised(value) if isinstance(value, dict) else "" if value is None else str(value)


def _merged(hits: list[Hit], more: list[Hit]) -> list[Hit]:
    known = {hit.id for hit in hits}
    return [*hits, *(hit for hit in more if hit.id not in known)]


def _ranked(hits: list[Hit], wanted: Sequence[str]) -> list[Hit]:
    """First what is called just so, then what is written so, then what sounds so; else as the index has them."""

    def distance(hit: Hit) -> int:
        texts = [scan(text)[0] for text in (hit.heading, *hit.notes)]
        if any(text == wanted[0] for text in texts):
            return 0
        return 1 if all(any(word in text for text in texts) for word in wanted) else 2

    return sorted(hits, key=distance)


# ── one word ────────────────────────────────────────────────────────────────────────────────────────────────────


def _fits(key: str, word: str) -> tuple[ColumnElement[bool], ...]:
    return token.c.kind == key, token.c.place.in_((BEGINNING, INSIDE)), _is_in(word)


def _is_in(word: str) -> ColumnElement[bool]:
    return in_range(token.c.token, word, after(word))


def _nearest(key: str, word: str, most: int) -> Any:
    """Records that the word fits, at most so many of either place, with their best place and token."""
    places = []
    for place in (BEGINNING, INSIDE):
        columns = select(token.c.record_id, token.c.place, token.c.token)
        here = columns.where(token.c.kind == key, token.c.place == place, _is_in(word))
        places.append(select(here.order_by(token.c.token, token.c.record_id).limit(most).subquery()))
    found = union_all(*places).subquery()
    parts = (func.min(found.c.place).label("place"), func.min(found.c.token).label("token"))
    return select(found.c.record_id, *parts).group_by(found.c.record_id).subquery()


def _has(kind: SearchKind, word: str) -> ColumnElement[bool]:
    mine = (token.c.kind == kind.key, token.c.record_id == kind.record_id)
    return select(1).select_from(token).where(*mine, _is_in(word)).exists()


def _is_rare(probe: Select[Any], most: int) -> bool:
    """Whether a select has at most so many rows; a short stretch of the index is read to know it."""
    return db.session.scalar(probe.with_only_columns(1).offset(most).limit(1)) is None


def _rarest_first(key: str, wanted: list[str]) -> list[str]:
    """The words, the one that fits the fewest records first."""
    if len(wanted) == 1:
        return wanted
    counts = [
        select(func.count()).select_from(select(1).where(*_fits(key, word)).limit(CANDIDATES + 1).subquery())
        for word in wanted
    ]
    found = db.session.execute(select(*(count.scalar_subquery() for count in counts))).one()
    return [word for _count, word in sorted(zip(found, wanted, strict=True), key=lambda pair: pair[0])]


def _begins(kind: SearchKind, word: str) -> ColumnElement[bool]:
    """A code or name begins with the word as it was typed: what can be found before there are tokens."""
    every: list[Any] = [*kind.codes, *kind.names]
    columns = [column for column in every if isinstance(column.type, sqltypes.String)]
    forms = dict.fromkeys((word, word.upper(), word.capitalize()))
    return or_(False, *(in_range(column, form, after(form)) for column in columns for form in forms))
