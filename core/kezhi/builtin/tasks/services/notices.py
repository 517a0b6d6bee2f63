"""Telling people of something, and what they have not read yet (TSK-02). Writers expect an open ``writing()``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, g
from sqlalchemy import bindparam, exists, func, insert, select, true, tuple_, update

from kezhi import NotFound, User, acting_user, clock, db, visible
from kezhi.i18n import _, in_both_languages
from kezhi.visibility import visible_where

from ...accounts.models import Account
from ...accounts.services import load_users
from ..contributions import About, NoticeKind
from ..kinds import known_notice, notice_kinds
from ..models import Notice
from .closing import UNSCOPED
from .outbox import put_out

PAGE = 30
NOTHING = About()


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as a person reads it. ``is_open`` says whether they may still see what it is about."""

    notice: Notice
    kind: NoticeKind | None
    is_open: bool


def is_there() -> bool:
    """Whether anybody can be told at all: a site may run without this builtin."""
    return "tasks" in current_app.extensions["kezhi"].plugins


def notify(kind_key: str, recipients: Iterable[int], text: Any, about: About = NOTHING) -> int:
    """Tell people of something, in the caller's transaction; how many of them are told.

    ``text`` is one lazy sentence that names no customer: it may go out by e-mail. ``about`` names the thing, in the
    product only. The acting person, who left, and who may not see the record are not told. At most five statements for
    any number of recipients. Errors: ``LookupError`` for a kind that no enabled app has.
    """
    ids = {each for each in recipients if each is not None} - {acting_user().id}
    if not ids or not is_there():
        return 0
    kind = known_notice(kind_key)
    people = who_may(kind, load_users(Account.id.in_(sorted(ids))), about.record_id)
    return tell(kind, [(each, text, about) for each in people])


def tell(kind: NoticeKind, messages: Sequence[tuple[User, Any, About]]) -> int:
    """Write notices to people of whom the caller has asked whether they may see them; how many."""
    if not messages:
        return 0
    now = clock.now()
    rows = [
        {
            "user_id": user.id,
            "kind": kind.key,
            "text": in_both_languages(text),
            "subject": _kept(about.subject),
            "reference": about.reference,
            "record_id": about.record_id,
            "customer_id": about.customer_id,
            "created_at": now,
        }
        for user, text, about in messages
    ]
    made = db.session.execute(insert(Notice).returning(Notice.id, Notice.user_id), rows).all()
    put_out(kind, {row.id: row.user_id for row in made})
    return len(made)


def _kept(subject: Any) -> Any:
    """A name as data: lazy texts in both languages, what is data already as it is."""
    if not subject:
        return None
    return dict(subject) if isinstance(subject, Mapping) else in_both_languages(subject)


def who_may(kind: NoticeKind, people: Sequence[User], record_id: int | None) -> list[User]:
    """Those of ``people`` who may see what a notice is about, in their order: one statement for all of them."""
    allowed = [each for each in people if kind.permission is None or each.can(kind.permission)]
    if kind.model is None or record_id is None or not allowed:
        return allowed
    key: Any = kind.model.id  # type: ignore[attr-defined]
    conditions = []
    for each in allowed:
        condition = visible_where(kind.model, each)
        conditions.append(exists().where(key == record_id, true() if condition is None else condition))
    # each of the conditions is somebody else's: the acting person's own must not be added to them
    row = db.session.execute(select(*conditions), execution_options=UNSCOPED).one()
    return [each for each, sees in zip(allowed, row, strict=True) if sees]


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────


#: made once: every page asks it
_UNREAD = select(func.count()).where(
    Notice.__table__.c.user_id == bindparam("reader"), Notice.__table__.c.read_at.is_(None)
)


def unread() -> int:
    """How many notices the acting person has not read: one statement along an index, once a request."""
    user = acting_user()
    kept: tuple[Any, int] | None = g.get("tasks_unread")
    if kept is None or kept[0] != user.id:
        db.session.flush()
        count = db.session.connection().scalar(_UNREAD, {"reader": user.id})
        kept = g.tasks_unread = user.id, int(count or 0)
    return kept[1]


def notices(before: int | None = None, limit: int = PAGE, *, only_unread: bool = False) -> tuple[list[Told], bool]:
    """The newest notices of the acting person, before the one with the id ``before``; whether there are older ones.

    What somebody may no longer see is there without what it says. The number of statements depends on the kinds.
    """
    statement = visible(Notice).where(Notice.user_id == acting_user().id)
    if before is not None:
        statement = statement.where(Notice.id < before)
    if only_unread:
        statement = statement.where(Notice.read_at.is_(None))
    found = list(db.session.scalars(statement.order_by(Notice.id.desc()).limit(limit + 1)))
    rows, kinds = found[:limit], notice_kinds()
    seen = _seen(rows, kinds)
    told = [Told(each, kinds.get(each.kind), each.id in seen) for each in rows]
    return told, len(found) > limit


def _seen(rows: Sequence[Notice], kinds: Mapping[str, NoticeKind]) -> set[int]:
    """The ids of the notices whose subjects the acting person may see now: one statement for each kind."""
    user, found = acting_user(), set()
    by_kind: dict[str, list[Notice]] = {}
    for each in rows:
        by_kind.setdefault(each.kind, []).append(each)
    for key, theirs in by_kind.items():
        kind = kinds.get(key)
        if kind is None or not (kind.permission is None or user.can(kind.permission)):
            continue
        asked = {each.record_id for each in theirs if each.record_id is not None}
        there: Collection[int] = asked
        if kind.model is not None and asked:
            column: Any = kind.model.id  # type: ignore[attr-defined]
            chosen = visible(kind.model).with_only_columns(column).where(column.in_(sorted(asked)))
            there = set(db.session.scalars(chosen))
        found |= {each.id for each in theirs if each.record_id is None or each.record_id in there}
    return found


def open_notice(notice_id: int) -> Told:
    """The acting person opens a notice: it is read now. Errors: ``NotFound`` for somebody else's."""
    found = db.session.scalars(visible(Notice).where(Notice.id == notice_id)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such notice."))
    kinds = notice_kinds()
    told = Told(found, kinds.get(found.kind), found.id in _seen([found], kinds))
    if found.read_at is None:
        _mark(Notice.id == notice_id)
        if told.is_open and told.kind is not None and told.kind.opened is not None:
            told.kind.opened(found.reference)
    return told


def read_all() -> int:
    """The acting person has read all notices; how many rows."""
    return _mark(true())


def read_about(kind_key: str, record_id: int) -> int:
    """The acting person has seen by another way what notices of this kind about a record are about."""
    return _mark((Notice.kind == kind_key) & (Notice.record_id == record_id)) if is_there() else 0


def settle(kind_key: str, record_id: int, user_ids: Collection[int] | None = None) -> int:
    """What notices of a kind about a record ask for is done, by whomever: nobody has to read them any more.

    With ``user_ids`` only these people need not.
    """
    if not is_there():
        return 0
    which = (Notice.kind == kind_key, Notice.record_id == record_id, Notice.read_at.is_(None))
    whose = true() if user_ids is None else Notice.user_id.in_(sorted(user_ids))
    statement = update(Notice).where(*which, whose).values(read_at=clock.now())
    result: Any = db.session.execute(statement, execution_options=UNSCOPED)
    return int(result.rowcount)


def settle_pairs(kind_key: str, pairs: Collection[tuple[int, int]]) -> int:
    """As :func:`settle`, for several records and people at once: pairs of record and person."""
    if not pairs or not is_there():
        return 0
    which = (Notice.kind == kind_key, Notice.read_at.is_(None), tuple_(Notice.record_id, Notice.user_id).in_(pairs))
    result: Any = db.session.execute(
        update(Notice).where(*which).values(read_at=clock.now()), execution_options=UNSCOPED
    )
    return int(result.rowcount)


def _mark(which: Any) -> int:
    mine = (Notice.user_id == acting_user().id, Notice.read_at.is_(None))
    result: Any = db.session.execute(
        update(Notice).where(*mine, which).values(read_at=clock.now()), execution_options=UNSCOPED
    )
    g.pop("tasks_unread", None)
    return int(result.rowcount)
