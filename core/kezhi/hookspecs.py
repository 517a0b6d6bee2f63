"""Every hook of the kernel, in sections by when it is called.

Each spec declares its error policy, which the caller cannot change:

- *build*: once per app; a failure marks the plugin broken and the app is built without it.
- *view*: per request; a failure drops that contribution and is logged.
- *guard*: decides access; a failure refuses.
- *tx*: inside the caller's transaction; a failure rolls it back.
- *after*: after the commit; a failure is logged and contained.

Builtins and plugins add hooks of their own through ``Plugin.hookspecs``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Literal, TypeVar

import click
from flask import Blueprint
from sqlalchemy import ColumnElement

from .contributions import (
    Access,
    Check,
    Clause,
    Column,
    Demo,
    Fact,
    Job,
    ListTool,
    MenuItem,
    Metric,
    Panel,
    Permission,
    RecordLink,
)
from .plugin import hookspec
from .settings import SettingsForm
from .users import User

Policy = Literal["build", "view", "guard", "tx", "after"]
Function = TypeVar("Function", bound=Callable[..., Any])


def spec(
    policy: Policy, *, firstresult: bool = False, warn_on_impl: Warning | None = None
) -> Callable[[Function], Function]:
    """Mark a hook specification and its error policy; ``warn_on_impl`` is for a hook that will go."""

    def mark(function: Function) -> Function:
        function.kezhi_policy = policy  # type: ignore[attr-defined]
        return hookspec(function, firstresult=firstresult, warn_on_impl=warn_on_impl)

    return mark


# ── build: once per app ─────────────────────────────────────────────────────────────────────────────────────────


@spec("build")
def register_models() -> list[type]:  # type: ignore[empty-body]
    """What: the plugin's mapped classes, all on ``model_base(<plugin>)``.

    Returns: the classes. Called by: the host, which configures their mappers. On error: plugin broken.
    """


@spec("build")
def register_blueprints() -> list[Blueprint]:  # type: ignore[empty-body]
    """What: pages. Made in a function, never at import; named and prefixed by the plugin.

    Returns: blueprints. Called by: the app. On error: plugin broken.
    """


@spec("build")
def register_permissions() -> list[Permission]:  # type: ignore[empty-body]
    """What: the rights this plugin's routes and columns ask for, with the roles that have them by default.

    Returns: permissions. Called by: the app, the roles page. On error: plugin broken.
    """


@spec("build")
def register_commands() -> list[click.Command]:  # type: ignore[empty-body]
    """What: commands under ``kezhi <plugin>``.

    Returns: click commands. Called by: the command line. On error: plugin broken.
    """


@spec("build")
def register_access() -> list[Access]:  # type: ignore[empty-body]
    """What: who may see which rows of the plugin's own models.

    Returns: one ``Access`` per guarded model. Called by: ``visible`` and the session-wide net. On error: plugin broken.
    """


@spec("build")
def register_metrics() -> list[Metric]:  # type: ignore[empty-body]
    """What: figures per customer that policies may judge by (TRD-02).

    Returns: metrics. Called by: whoever evaluates a scheme. On error: plugin broken.
    """


@spec("build")
def doctor_checks() -> list[Check]:  # type: ignore[empty-body]
    """What: invariants of the plugin's data.

    Returns: checks. Called by: ``kezhi doctor``. On error: plugin broken.
    """


@spec("build")
def demo_data() -> list[Demo]:  # type: ignore[empty-body]
    """What: the plugin's part of the demo company.

    Returns: makers, run in their order. Called by: ``kezhi init --demo``. On error: plugin broken.
    """


@spec("build")
def register_settings() -> list[type[SettingsForm]]:  # type: ignore[empty-body]
    """What: the plugin's settings as one form class; the fields' defaults are the shipped values.

    Returns: a list with the form class. Called by: ``setting``, the settings page. On error: plugin broken.
    """


@spec("build")
def register_jobs() -> list[Job]:  # type: ignore[empty-body]
    """What: work in the background, by schedule or when asked for.

    Returns: jobs. Called by: every serving process, and workers of their own. On error: plugin broken.
    """


@spec("build")
def register_record_links() -> list[RecordLink]:  # type: ignore[empty-body]
    """What: which of the plugin's tables hang on records of others, and what happens to their rows with the record.

    Returns: links, kept by the core from the moment the plugin is enabled. Called by: the life cycle. On error: plugin
    broken.
    """


@spec("build")
def register_list_tools() -> list[ListTool]:  # type: ignore[empty-body]
    """What: what every list can do besides showing its table: files, boards, saved views.

    Returns: tools. Called by: every list page. On error: plugin broken.
    """


@spec("build")
def register_clauses() -> list[Clause]:  # type: ignore[empty-body]
    """What: the clauses of the policy catalogue that the plugin carries out.

    Returns: clauses. Called by: the Apps page, the report of clauses without a test. On error: plugin broken.
    """


# ── view: per request ───────────────────────────────────────────────────────────────────────────────────────────


@spec("view")
def menu_items(user: User) -> list[MenuItem]:  # type: ignore[empty-body]
    """What: entries of the side menu. They follow from the user alone: asked again when anything of the user changes.

    Returns: items; the core drops those whose permission the user lacks, and folds those ``under`` another one away
    until a page of that family is open. Called by: every page. On error: dropped.
    """


@spec("view")
def list_columns(model: type) -> list[Column]:  # type: ignore[empty-body]
    """What: columns for the list of ``model``.

    Returns: columns whose keys start with the plugin's name. Called by: the list machine. On error: dropped.
    """


@spec("view")
def record_panels(record: Any, user: User) -> list[Panel]:  # type: ignore[empty-body]
    """What: panels on a record's page.

    Returns: panels. Called by: detail pages. On error: dropped, the page says which panel failed.
    """


@spec("view")
def record_facts(record: Any, user: User) -> list[Fact]:  # type: ignore[empty-body]
    """What: figures in the head of a record's page.

    Returns: facts. Called by: detail pages. On error: dropped.
    """


@spec("view")
def company_metrics() -> list[Metric]:  # type: ignore[empty-body]
    """What: figures that the company has defined itself, as metrics beside those of the app (TRD-07).

    Returns: metrics; the keys start with the plugin's name. Called by: ``all_metrics``, so keep them at hand for the
    request. On error: dropped; a scheme that names one of them cannot run and says so.
    """


# ── guard: decides access, fails closed ─────────────────────────────────────────────────────────────────────────


@spec("guard", firstresult=True)
def load_user(user_id: int) -> User | None:
    """What: the person behind a session.

    Returns: the user, or None when unknown or deactivated. Called by: every request. On error: nobody is logged in.
    """


@spec("guard", firstresult=True)
def user_by_login(login: str) -> User | None:
    """What: the person with a login: whom a command names with ``--as``, whose name a page shows.

    Returns: the user or None. Called by: the command line and pages. On error: refused.
    """


@spec("guard")
def row_limits(model: type, user: User) -> list[ColumnElement[bool]]:  # type: ignore[empty-body]
    """What: predicates that narrow which rows of ``model`` a user sees; a plugin can only take away.

    Returns: predicates, all of them ANDed. Called by: ``visible`` and the net. On error: nothing is visible.
    """


# ── tx: inside the caller's transaction ─────────────────────────────────────────────────────────────────────────


@spec("tx")
def after_change(model: type, change: str, keys: Any, columns: Collection[str] | None) -> None:
    """What: rows of ``model`` were created, updated or deleted; called once per statement.

    Arguments: ``change`` is ``create``, ``update`` or ``delete``; ``keys`` is a list of up to 500 ids, else a
    ``Select`` of ids; ``columns`` names what an update wrote, None when that is not known. Called by: ``kezhi.bulk``.
    On error: the whole transaction rolls back.
    """


@spec("tx")
def after_uninstall(plugin: str) -> None:
    """What: a plugin was uninstalled, its tables and settings are gone; forget what else is kept of it.

    Called by: the life cycle, in its transaction. On error: nothing is uninstalled.
    """
