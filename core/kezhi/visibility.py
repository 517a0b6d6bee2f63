"""Which rows a person sees: grants by a model's owner, limits by any plugin.

Services start from :func:`visible`. A session-wide criterion is the net under it: every ORM statement that names a
guarded model, or a dependant of one, is narrowed for the acting user. The system sees everything.
"""

from __future__ import annotations

from typing import Any

from flask import current_app, g, has_app_context
from sqlalchemy import ColumnElement, Select, and_, event, false, select, true, union
from sqlalchemy.orm import ORMExecuteState, with_loader_criteria

from .contributions import ALL, Access
from .db import KezhiSession
from .errors import PluginError
from .permissions import acting_user
from .restrictions import withheld
from .users import User


class AccessRegistry:
    """The guarded models of one app and their dependants."""

    def __init__(self, entries: list[Access]) -> None:
        self.guarded = {entry.model: entry for entry in entries}
        self.dependants = {child: (entry, column) for entry in entries for child, column in entry.dependants.items()}


def visible_ids(model: type, user: User | None = None) -> Select[Any] | None:
    """A select of the ids of ``model`` that the user sees, or None when that is all of them."""
    condition = visible_where(model, user)
    if condition is None:
        return None
    entry = _registry().guarded[model]
    return select(entry.key).where(condition).execution_options(kezhi_unscoped=True)


def visible_where(model: type, user: User | None = None) -> ColumnElement[bool] | None:
    """The predicate that narrows ``model`` to what the user sees, or None when nothing narrows it."""
    user = user or acting_user()
    if user.is_system:
        return None
    cache: dict[Any, Any] = g.setdefault("kezhi_visible", {})
    if (model, user) not in cache:
        cache[model, user] = _where(model, user)
    found: ColumnElement[bool] | None = cache[model, user]
    return found


def visible(model: type, user: User | None = None) -> Select[Any]:
    """``select(model)``, narrowed to what the user sees. Every service on a guarded model starts here."""
    condition = visible_where(model, user)
    statement: Select[Any] = select(model)
    return statement if condition is None else statement.where(condition)


def _registry() -> AccessRegistry:
    registry: AccessRegistry = current_app.extensions["kezhi"].access
    return registry


def _where(model: type, user: User) -> ColumnElement[bool] | None:
    registry = _registry()
    entry = registry.guarded.get(model)
    if entry is None:
        if model in registry.dependants:
            parent, column = registry.dependants[model]
            ids = visible_ids(parent.model, user)
            return None if ids is None else column.in_(ids)
        return None
    conditions: list[ColumnElement[bool]] = []
    grants = entry.grants(user)
    if grants != ALL:
        conditions.append(entry.key.in_(_united(grants)) if grants else false())
    kernel = current_app.extensions["kezhi"]
    table = getattr(model, "__tablename__", "")
    conditions += withheld(table, entry.key, kernel.withheld.get(table, []))
    try:
        conditions += kernel.call.row_limits(model=model, user=user)
    except PluginError:
        conditions.append(false())
    if not conditions:
        return None
    return and_(true(), *conditions)


def _united(grants: list[Select[Any]]) -> Any:
    return grants[0] if len(grants) == 1 else union(*grants)


@event.listens_for(KezhiSession, "do_orm_execute")
def _net(state: ORMExecuteState) -> None:
    """Narrow every ORM statement of a person. Guarding the guards' own selects would recurse: those are marked."""
    if not has_app_context() or "kezhi" not in current_app.extensions or g.get("kezhi_in_net"):
        return
    if state.is_column_load or state.is_relationship_load or state.execution_options.get("kezhi_unscoped"):
        return
    if not (state.is_select or state.is_update or state.is_delete):
        return
    user = acting_user()
    if user.is_system:
        return
    registry = _registry()
    if not registry.guarded:
        return
    known: dict[User, list[Any]] = g.setdefault("kezhi_criteria", {})
    if user not in known:
        g.kezhi_in_net = True
        try:
            conditions = {model: visible_where(model, user) for model in [*registry.guarded, *registry.dependants]}
        finally:
            g.kezhi_in_net = False
        known[user] = [
            with_loader_criteria(model, condition, include_aliases=True, propagate_to_loaders=True)
            for model, condition in conditions.items()
            if condition is not None
        ]
    if known[user]:
        state.statement = state.statement.options(*known[user])  # type: ignore[attr-defined]
