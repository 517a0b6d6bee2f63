"""Which rows a person sees: grants by a model's owner, limits by any plugin.

Services start from :func:`visible`. A session-wide criterion is the net under it: every ORM statement that names a
guarded model, or a dependant of one, is narrowed for the acting user, unless it reads the model nowhere else and its
WHERE holds that very condition, or asks for the rows of one record that was found to be seen. The system sees all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from flask import current_app, g, has_app_context
from sqlalchemy import ColumnElement, Select, SelectBase, and_, event, false, inspect, select, true, union
from sqlalchemy.orm import LoaderCriteriaOption, ORMExecuteState, with_loader_criteria
from sqlalchemy.sql.annotation import SupportsAnnotations
from sqlalchemy.sql.operators import eq, in_op
from sqlalchemy.sql.selectable import LABEL_STYLE_NONE
from sqlalchemy.sql.visitors import iterate

from .contributions import ALL, Access
from .db import KezhiSession, db
from .errors import PluginError
from .permissions import acting_user
from .restrictions import withheld
from .users import User

#: predicate, and what makes the select of ids; None where all is seen
Rule = tuple[ColumnElement[bool] | None, Callable[[], Select[Any]] | None]


MOST_FORMS = 2_000  #: of statements whose models are known


class AccessRegistry:
    """The guarded models of one app and their dependants."""

    def __init__(self, entries: list[Access]) -> None:
        self.models = [model for entry in entries for model in (entry.model, *entry.dependants)]
        self.guarded = {entry.model: entry for entry in entries}
        self.dependants = {child: (entry, column) for entry in entries for child, column in entry.dependants.items()}
        self.known: dict[Any, dict[type, bool]] = {}

    def named_in(self, statement: Any) -> dict[type, bool]:
        """The guarded models in a statement, inside its parts too, and those that what it loads may load later; for
        each whether it is read at one place only, which a condition in the statement's own WHERE narrows.

        Statements of the same form name the same ones: the form is what SQLAlchemy keeps compiled statements by.
        """
        form = statement._generate_cache_key()
        found = self.known.get(form.key) if form is not None else None
        if found is None:
            found = self._named_in(statement)
            if form is not None:
                if len(self.known) >= MOST_FORMS:
                    self.known.clear()
                self.known[form.key] = found
        return found

    def _named_in(self, statement: Any) -> dict[type, bool]:
        parts = _parts(statement)
        mappers, elsewhere = _mappers(parts), set()
        for mapper in mappers:
            loaded = [each.mapper for each in mapper.relationships]
            mappers += [each for each in loaded if each not in mappers]
            elsewhere.update(loaded)
        inner = [_parts(part) for part in parts if isinstance(part, SelectBase) and part is not statement]
        again = [part for part in parts if getattr(part._annotations.get("parententity"), "is_aliased_class", False)]
        elsewhere.update(*map(_mappers, [again, *inner]))
        named, is_select = [model for model in self.models if inspect(model) in mappers], isinstance(statement, Select)
        return {model: is_select and inspect(model) not in elsewhere for model in named}


def _parts(statement: Any) -> list[Any]:
    return [part for part in iterate(statement) if isinstance(part, SupportsAnnotations)]


def _mappers(parts: Iterable[Any]) -> list[Any]:
    """Of classes, not of bare tables: what marks a part as one is what makes SQLAlchemy put a condition to it."""
    return list(dict.fromkeys(filter(None, (part._annotations.get("parentmapper") for part in parts))))


def visible_ids(model: type, user: User | None = None) -> Select[Any] | None:
    """A select of the ids of ``model`` that the user sees, or None when that is all of them.

    Errors: ``KeyError`` for a child of another model, which has no ids of its own.
    """
    user = user or acting_user()
    where, ids = _visible(model, user)
    if where is not None and ids is None:
        raise KeyError(model)
    # by the rule itself: what makes the same one for a person in each request (see `_among`) has the same ids
    found: Select[Any] | None = ids and current_app.extensions["kezhi"].host.kept("ids", where, ids)
    if found is not None:
        g.setdefault("kezhi_ids", {})[found] = model, user
    return found


def visible_where(model: type, user: User | None = None) -> ColumnElement[bool] | None:
    """The predicate that narrows ``model`` to what the user sees, or None when nothing narrows it."""
    return _visible(model, user or acting_user())[0]


def seen_here() -> Any:
    """(model, user, key) of what was found to be seen in the open read transaction: who finds a record by ``visible``
    notes it here. What asks for the rows of that one alone is then narrowed no more, see ``_asks_of_seen``."""
    session = db.session()
    kept = session.info.get("seen")
    if kept is None or kept[0] is not session.get_transaction() or session.info.get("writing"):
        kept = session.info["seen"] = session.get_transaction(), set()
    return kept[1]


def visible(model: type, user: User | None = None) -> Select[Any]:
    """``select(model)``, narrowed to what the user sees. Every service on a guarded model starts here."""
    condition = visible_where(model, user)
    return select(model) if condition is None else select(model).where(condition)


def _registry() -> AccessRegistry:
    registry: AccessRegistry = current_app.extensions["kezhi"].access
    return registry


def _visible(model: type, user: User) -> Rule:
    """Predicate and ids, made once a request. A child has no ids of its own."""
    if user.is_system:
        return None, None
    cache: dict[Any, Rule] = g.setdefault("kezhi_visible", {})
    if (model, user) not in cache:
        cache[model, user] = _rule(model, user)
    return cache[model, user]


def _rule(model: type, user: User) -> Rule:
    registry, kernel = _registry(), current_app.extensions["kezhi"]
    entry = registry.guarded.get(model)
    if entry is None:
        child: Any = registry.dependants.get(model)
        ids = visible_ids(child[0].model, user) if child else None
        return (None if ids is None else _among(child[1], ids)), None
    grants = entry.grants(user)
    table = getattr(model, "__tablename__", "")
    limits: list[ColumnElement[bool]] = [*withheld(table, entry.key, kernel.withheld.get(table, []))]
    try:
        limits += kernel.call.row_limits(model=model, user=user)
    except PluginError:
        limits.append(false())
    if isinstance(grants, ColumnElement):
        granted, grants = [grants], []
    else:
        granted = [] if grants == ALL else [_among(entry.key, *grants) if grants else false()]
    if not granted and not limits:
        return None, None
    where = and_(true(), *granted, *limits)
    if grants and granted and not limits:  # the granted ids are all there is to say: no need to look each of them up
        return where, lambda: _ids(_united(grants).subquery().c[0])
    return where, lambda: _ids(entry.key, where)


@lru_cache(maxsize=512)
def _among(key: Any, *grants: Select[Any]) -> Any:
    """The same condition for the same selects: who keeps those keeps it, and the statements that are made of it."""
    return key.in_(_united(list(grants)))


def _ids(key: Any, *where: Any) -> Select[Any]:
    """The ids, of the table and not of the class: the net must not narrow them once more. In the style that they have
    inside an IN, which would else copy them."""
    plain = getattr(key, "__clause_element__", lambda: key)()._deannotate()
    return select(plain).where(*where).execution_options(kezhi_unscoped=True).set_label_style(LABEL_STYLE_NONE)


def _asks_of_seen(statement: Any, where: Any) -> bool:
    """Whether a rule says no more than that a row is seen with another, and a statement asks for the rows of one such
    that was found to be seen: by the very select that ``visible_ids`` made for that user, not by one that looks alike.
    """
    of = g.get("kezhi_ids", {}).get(getattr(getattr(where, "right", None), "element", None))
    held = statement._where_criteria if of is not None and where.operator is in_op else ()
    same = [p for p in held if getattr(p, "operator", None) is eq and p.left._deannotate() is where.left._deannotate()]
    # a value of its own, which nothing that is handed over with the statement takes the place of
    return any((*of, p.right.value) in seen_here() for p in same if getattr(p.right, "unique", False))


def _united(grants: list[Select[Any]]) -> Any:
    return grants[0] if len(grants) == 1 else union(*grants)


@event.listens_for(KezhiSession, "do_orm_execute")
def _net(state: ORMExecuteState) -> None:
    """Narrow every ORM statement of a person. Guarding the guards' own selects would recurse: those are marked."""
    if not has_app_context() or "kezhi" not in current_app.extensions or g.get("kezhi_in_net"):
        return
    if state.is_column_load or state.execution_options.get("kezhi_unscoped"):
        return
    statement: Any = state.statement
    if state.is_relationship_load:
        # what was loaded narrowed loads more: as much as who acts now may see, not who acted then
        kept = tuple(each for each in statement._with_options if not isinstance(each, LoaderCriteriaOption))
        if kept == statement._with_options:
            return
        statement = statement._generate()
        statement._with_options = kept
        state.statement = statement
    if state.is_select or state.is_update or state.is_delete:
        state.statement = narrowed(statement)


def narrowed(statement: Any) -> Any:
    """A statement with what the net adds for the acting user."""
    user = acting_user()
    if user.is_system:
        return statement
    known: dict[Any, tuple[Any, Any]] = g.setdefault("kezhi_criteria", {})
    for model, is_once in _registry().named_in(statement).items():
        if (model, user) not in known:
            g.kezhi_in_net = True
            try:
                where = visible_where(model, user)
            finally:
                g.kezhi_in_net = False
            added = None if where is None else with_loader_criteria(model, where, include_aliases=True)
            known[model, user] = where, added
        where, added = known[model, user]
        # only visible_where makes that object: nobody comes by it but by asking for the rule
        holds = is_once and any(part is where for part in statement._where_criteria)
        if added is not None and not (holds or (is_once and _asks_of_seen(statement, where))):
            statement = statement.options(added)
    return statement
