"""Which rows a person sees: grants by a model's owner, limits by any plugin.

Services start from :func:`visible`. A session-wide criterion is the net under it: every ORM statement that names a
guarded model, or a dependant of one, is narrowed for the acting user. The system sees everything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app, g, has_app_context
from sqlalchemy import ColumnElement, Select, and_, event, false, inspect, select, true, union
from sqlalchemy.orm import LoaderCriteriaOption, ORMExecuteState, with_loader_criteria
from sqlalchemy.sql.annotation import SupportsAnnotations
from sqlalchemy.sql.visitors import iterate

from .contributions import ALL, Access
from .db import KezhiSession
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
        self.known: dict[Any, list[type]] = {}

    def named_in(self, statement: Any) -> list[type]:
        """The guarded models in a statement, inside its parts too, and those that what it loads may load later.

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

    def _named_in(self, statement: Any) -> list[type]:
        # classes, not bare tables: what marks a part as one is what makes SQLAlchemy put a condition to it
        annotated = [part for part in iterate(statement) if isinstance(part, SupportsAnnotations)]
        mappers = list(dict.fromkeys(part._annotations.get("parentmapper") for part in annotated))
        for mapper in mappers:
            mappers += [each.mapper for each in mapper.relationships if each.mapper not in mappers] if mapper else []
        return [model for model in self.models if inspect(model) in mappers]


def visible_ids(model: type, user: User | None = None) -> Select[Any] | None:
    """A select of the ids of ``model`` that the user sees, or None when that is all of them.

    Errors: ``KeyError`` for a child of another model, which has no ids of its own.
    """
    where, ids = _visible(model, user or acting_user())
    if where is not None and ids is None:
        raise KeyError(model)
    return ids and ids()


def visible_where(model: type, user: User | None = None) -> ColumnElement[bool] | None:
    """The predicate that narrows ``model`` to what the user sees, or None when nothing narrows it."""
    return _visible(model, user or acting_user())[0]


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
        return (None if ids is None else child[1].in_(ids)), None
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
        granted = [] if grants == ALL else [entry.key.in_(_united(grants)) if grants else false()]
    if not granted and not limits:
        return None, None
    where = and_(true(), *granted, *limits)
    if grants and granted and not limits:  # the granted ids are all there is to say: no need to look each of them up
        return where, lambda: _ids(_united(grants).subquery().c[0])
    return where, lambda: _ids(entry.key, where)


def _ids(key: Any, *where: Any) -> Select[Any]:
    """The ids, of the table and not of the class: the net must not narrow them once more."""
    plain = getattr(key, "__clause_element__", lambda: key)()._deannotate()
    return select(plain).where(*where).execution_options(kezhi_unscoped=True)


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
        state.statement = statement = statement._generate()
        statement._with_options = kept
    user = acting_user()
    if user.is_system or not (state.is_select or state.is_update or state.is_delete):
        return
    known: dict[Any, list[Any]] = g.setdefault("kezhi_criteria", {})
    for model in _registry().named_in(statement):
        if (model, user) not in known:
            g.kezhi_in_net = True
            try:
                where = visible_where(model, user)
            finally:
                g.kezhi_in_net = False
            known[model, user] = [] if where is None else [with_loader_criteria(model, where, include_aliases=True)]
        if known[model, user]:
            state.statement = statement = statement.options(*known[model, user])
