"""Saved views: kept, shared, changed, thrown away. Writers expect an open ``writing()``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, insert, select, update

from kezhi import NotFound, Refused, acting_user, audit_record, clock, db, visible
from kezhi.i18n import gettext as _
from kezhi.visibility import visible_where

from .models import DefaultView, SavedView

LONGEST_TITLE = 40
LONGEST_QUERY = 4_000
MOST_VIEWS = 50  #: of one person and list
#: what an address says about a place or a file is not part of a view
PASSING = ("view", "after", "before", "from", "count", "counts", "format")
SHARE = "lists.share"
_TABLE = SavedView.__table__
_VIEWS = (  # made once: every page of a list asks it
    select(*_TABLE.c)
    .where(_TABLE.c["list"] == bindparam("name"))
    .order_by((_TABLE.c.owner_id == bindparam("reader")).desc(), _TABLE.c.title, _TABLE.c.id)
)


def cleaned(query: str) -> str:
    """The part of an address that a view keeps. Errors: ``Refused`` when it is too long."""
    kept = _without_place(query)
    if len(kept) > LONGEST_QUERY:
        raise Refused(_("So many filters cannot be kept as one view."))
    return kept


@lru_cache(maxsize=512)
def _without_place(query: str) -> str:
    return urlencode([pair for pair in parse_qsl(query.lstrip("?")) if pair[0] not in PASSING])


def views_of(name: str) -> Sequence[Any]:
    """The views of a list that the acting user has: their own, then the shared ones, each in order of their titles.

    As rows: every page of a list asks for them, and changes none.
    """
    seen = visible_where(SavedView)
    statement = _VIEWS if seen is None else _narrowed(seen)
    db.session.flush()
    given = {"name": name, "reader": acting_user().id}
    found: Sequence[Any] = db.session.connection().execute(statement, given).all()
    return found


@lru_cache(maxsize=256)
def _narrowed(seen: ColumnElement[bool]) -> Select[Any]:
    """The same statement for the same rule: the rule of a person is one object for as long as nothing of it changes."""
    return _VIEWS.where(seen)


def view_by_id(number: int) -> SavedView:
    """A view that the acting user sees. Errors: ``NotFound``."""
    found: SavedView | None = db.session.scalars(visible(SavedView).where(SavedView.id == number)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such view."))
    return found


def may_change(view: Any) -> bool:
    """Whether the acting user may rename, replace or throw away this view: its owner; a shared one, who may share."""
    user = acting_user()
    return view.owner_id == user.id or (view.shared and user.can(SHARE))


def save_view(name: str, path: str, title: str, query: str, *, shared: bool = False) -> SavedView:
    """Keep a view. Errors: ``Refused`` for a title that is missing, too long or taken, and for too many views."""
    user = acting_user()
    if user.id is None:
        raise Refused(_("Only a person keeps views."))
    count = select(func.count()).where(SavedView.list == name, SavedView.owner_id == user.id)
    if (db.session.scalar(count) or 0) >= MOST_VIEWS:
        raise Refused(_("You have %(count)d views of this list; throw one away first.", count=MOST_VIEWS))
    view = SavedView(list=name, path=path, query=cleaned(query), owner_id=user.id, created_at=clock.now())
    view.title, view.shared = _title(name, title), _shared(shared)
    db.session.add(view)
    db.session.flush()
    _record("list.view.save", view)
    return view


def change_view(number: int, *, title: str | None = None, query: str | None = None, shared: bool | None = None) -> None:
    """Change what is given. Errors: ``NotFound``, ``Refused`` as :func:`save_view`."""
    view = _own(number)
    if title is not None:
        view.title = _title(view.list, title, number)
    if query is not None:
        view.query = cleaned(query)
    if shared is not None and shared != view.shared:
        view.shared = _shared(shared)
    _record("list.view.change", view)


def remove_view(number: int) -> str:
    """Throw a view away; the address of its list. Errors: ``NotFound``."""
    view = _own(number)
    _record("list.view.remove", view)
    path = view.path
    db.session.execute(delete(DefaultView).where(DefaultView.view_id == number))
    db.session.delete(view)
    db.session.flush()
    return path


def open_in(name: str, number: int | None) -> None:
    """Let a list open in this view for the acting user, or as it is shipped. Errors: ``NotFound``."""
    user = acting_user().id
    if number is not None and view_by_id(number).list != name:
        raise NotFound(_("There is no such view."))
    mine = (DefaultView.user_id == user, DefaultView.list == name)
    if number is None:
        db.session.execute(delete(DefaultView).where(*mine))
    elif not db.session.execute(update(DefaultView).where(*mine).values(view_id=number)).rowcount:  # type: ignore[attr-defined]
        db.session.execute(insert(DefaultView).values(user_id=user, list=name, view_id=number))


def default_of(name: str) -> SavedView | None:
    """The view in which a list opens for the acting user."""
    theirs = DefaultView.view_id == SavedView.id
    mine = (DefaultView.user_id == acting_user().id, DefaultView.list == name)
    return db.session.scalars(visible(SavedView).join(DefaultView, theirs).where(*mine)).one_or_none()


def _own(number: int) -> SavedView:
    view = view_by_id(number)
    if not may_change(view):
        raise NotFound(_("There is no such view."))
    return view


def _title(name: str, title: str, number: int = 0) -> str:
    title = " ".join(title.split())
    if not 0 < len(title) <= LONGEST_TITLE:
        raise Refused(_("A view needs a name of 1 to %(count)d characters.", count=LONGEST_TITLE), field="title")
    same = (SavedView.list == name, SavedView.title == title, SavedView.id != number)
    if db.session.scalars(visible(SavedView).where(*same).limit(1)).first() is not None:
        raise Refused(_("There is a view “%(title)s” already.", title=title), field="title")
    return title


def _shared(shared: bool) -> bool:
    if shared and not acting_user().can(SHARE):
        raise Refused(_("You may not share views."), field="shared")
    return shared


def _record(action: str, view: SavedView) -> None:
    # without its title, which people call by customers' names: the chain is never rewritten (CUS-10)
    audit_record(action, "list", view.list, view=view.id, shared=view.shared)
