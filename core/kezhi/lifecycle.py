"""Enable, disable, upgrade and remove plugins: the only writer of plugin rows and of the generation.

Nothing is changed before the new set has been built once in this process. Migrations, the plugin's row, the generation
and the audit entry are one transaction: killed at any point, an action happened or it did not. Every worker follows at
its next request.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app
from sqlalchemy import Connection, delete, insert, select, update

from . import audit, clock, migrate, restrictions, tables
from .db import db, dispose_models, writing
from .discover import Candidate, discover, forget
from .errors import PluginError, Refused
from .i18n import gettext as _
from .i18n import in_both_languages
from .permissions import acting_as, acting_user
from .record_links import stored_links
from .resolve import closure, dependents, ordered, problems
from .site import Site


@dataclass(frozen=True, slots=True)
class Preview:
    """What enabling or disabling would do: the plugins it changes, in order, and what keeps it from working."""

    names: tuple[str, ...]
    problems: tuple[str, ...] = ()
    #: rows that would become visible: (plugin, table, how many)
    lifted: tuple[tuple[str, str, int], ...] = ()


def is_essential(candidate: Candidate | None) -> bool:
    return bool(candidate and candidate.plugin and candidate.plugin.essential)


def preview_enable(site: Site, name: str) -> Preview:
    """The plugins that enabling ``name`` would enable, dependencies first."""
    candidates = discover()
    if name not in candidates:
        return Preview((), (_("There is no app “%(name)s”: install it with pip first.", name=name),))
    enabled = set(site.read_enabled())
    wanted = closure([name], candidates)
    found = problems(enabled | wanted, candidates)
    texts = tuple(f"{p.plugin}: {p}" for p in found if p.plugin in wanted)
    texts += tuple(_newer(each) for each in sorted(wanted - enabled) if candidates[each].stale)
    return Preview(tuple(n for n in ordered(wanted, candidates) if n not in enabled), texts)


def enable(site: Site, name: str) -> tuple[str, ...]:
    """Enable a plugin and what it needs; returns the names newly enabled, none when it was enabled already.

    A plugin that is enabled but broken is tried again.

    Errors: ``Refused`` when it cannot run, ``PluginError`` when its code or a migration fails: nothing is changed then.
    """
    preview = preview_enable(site, name)
    if preview.problems:
        raise Refused("; ".join(preview.problems))
    if not preview.names:
        if name in site.failures:
            _try_again(site, name)
        return ()
    candidates = discover()
    try:
        with changing(_trial_build(site, preview.names, candidates)):
            for each in preview.names:
                _bring_up(each, candidates[each])
            raise_generation("plugin.enable", preview.names)
    except PluginError as error:
        _give_up(site, error, candidates)
        raise
    site.current_app()
    return preview.names


def _give_up(site: Site, error: PluginError, candidates: dict[str, Candidate]) -> None:
    """Note why; take the plugin's code out of the process, so that a mended one is imported afresh."""
    _note_failure(site, error)
    if not candidates[error.plugin].builtin:
        dispose_models(error.plugin, f"{error.plugin}_")
        forget(error.plugin)


def upgrade(site: Site, name: str) -> bool:
    """Bring an enabled plugin's tables and data up to the installed code; False when they are.

    Workers that still run the older code go on meanwhile: migrations first add, and take away one release later.

    Errors: ``Refused`` when it cannot run or this process has the older code in memory, ``PluginError`` when a
    migration fails; nothing is changed then.
    """
    candidates, row = discover(), site.read_enabled().get(name)
    if row is None or name not in candidates:
        raise Refused(_("There is no enabled app “%(name)s”.", name=name))
    candidate = candidates[name]
    if candidate.stale:
        raise Refused(_newer(name))
    found = [f"{p.plugin}: {p}" for p in problems({name, *site.read_enabled()}, candidates) if p.plugin == name]
    if found:
        raise Refused("; ".join(found))
    try:
        with changing(_trial_build(site, (name,), candidates)):
            moved = _bring_up(name, candidate)
            if not moved and row.version == candidate.version:
                return False
            raise_generation("plugin.upgrade", (name,), old=row.version, new=candidate.version)
    except PluginError as error:
        _give_up(site, error, candidates)
        raise
    return True


def _newer(name: str) -> str:
    text: str = _(
        "Newer code of “%(name)s” is installed than this process has loaded: restart it, or use the command line.",
        name=name,
    )
    return text


def _try_again(site: Site, name: str) -> None:
    """Let every process load a mended plugin anew: enabled it is already, so only the generation is raised.

    Errors: ``Refused`` with the reason when it still does not run.
    """
    try:
        if discover()[name].plugin is not None:
            upgrade(site, name)
    except PluginError as error:
        raise Refused(_("“%(name)s” still does not run: %(why)s", name=name, why=error.reason)) from error
    with changing(site.app):
        raise_generation("plugin.retry", (name,))
    site.current_app()
    failure = site.failures.get(name)
    if failure is not None:
        raise Refused(_("“%(name)s” still does not run: %(why)s", name=name, why=failure.reason))


def preview_disable(site: Site, name: str) -> Preview:
    """The plugins that disabling ``name`` would disable: those that need it first."""
    candidates = discover()
    enabled = site.read_enabled()
    if name in candidates and is_essential(candidates[name]):
        return Preview((), (_("“%(name)s” is part of the core and stays enabled.", name=name),))
    if name not in enabled:
        return Preview((), () if name in candidates else (_("There is no app “%(name)s”.", name=name),))
    names = (*reversed(ordered(dependents(name, enabled, candidates), candidates)), name)
    with site.app.app_context():
        hidden = restrictions.counts(names)
    kept = [(each, table, hidden.get((each, table), 0)) for each in names for table in enabled[each].restricts]
    return Preview(names, lifted=tuple(kept))


def disable(site: Site, name: str, *, lift: bool = False) -> tuple[str, ...]:
    """Disable a plugin and those that need it; their data stay. Returns the names newly disabled.

    ``lift`` says that rows which they hide may become visible. Errors: ``Refused`` without it.
    """
    preview = preview_disable(site, name)
    if preview.problems:
        raise Refused("; ".join(preview.problems))
    if not preview.names:
        return ()
    if preview.lifted and not lift:
        texts = [_("%(count)d rows of %(table)s", count=count, table=table) for _name, table, count in preview.lifted]
        raise Refused(_("Rows that are hidden now would become visible: %(rows)s. Confirm it.", rows=", ".join(texts)))
    with changing(site.app):
        db.session.execute(
            update(tables.plugin)
            .where(tables.plugin.c.name.in_(preview.names))
            .values(enabled=False, changed_at=clock.now(), changed_by=acting_user().login)
        )
        db.session.execute(delete(tables.failure).where(tables.failure.c.plugin.in_(preview.names)))
        raise_generation("plugin.disable", preview.names)
    site.current_app()
    return preview.names


def enable_builtins(site: Site) -> None:
    """Enable every essential plugin of the core (first set-up, and after an update that brings a new one)."""
    candidates = discover()
    for name in ordered(_essentials(candidates), candidates):
        enable(site, name)


def _essentials(candidates: dict[str, Candidate]) -> set[str]:
    return {name for name, candidate in candidates.items() if is_essential(candidate)}


def _trial_build(site: Site, wanted: tuple[str, ...], candidates: dict[str, Candidate]) -> Any:
    """Build the app that would serve: what runs now and what is wanted."""
    running = {name for name in site.read_enabled() if name in candidates and name not in site.failures} | set(wanted)
    while True:
        try:
            return site.build(running, site.generation, candidates)
        except PluginError as error:
            gone = {error.plugin, *dependents(error.plugin, running, candidates)}
            if error.plugin not in running or gone & set(wanted):
                raise
            running -= gone  # broken, and nobody had noticed yet: no reason to leave the wanted ones as they are
            dispose_models(error.plugin, f"{error.plugin}_")
            forget(error.plugin)


@contextmanager
def changing(app: Flask) -> Iterator[None]:
    """The one transaction of a life-cycle action, inside ``app``, by the person who acts now."""
    user = acting_user()  # asked before: the app's context has nobody yet
    with app.app_context(), acting_as(user), writing(ddl=True) as session:
        lock(session.connection())
        yield


def _bring_up(name: str, candidate: Candidate) -> bool:
    """Migrate a plugin's tables, store its row, install or upgrade its data; whether its tables moved."""
    plugin, connection, table = candidate.plugin, db.session.connection(), tables.plugin
    assert plugin is not None
    folder, moved = plugin.folder("migrations"), False
    if folder is not None and any(folder.glob("[0-9]*.py")):
        before = migrate.current(connection, name)
        migrate.upgrade(connection, name, folder)
        moved = migrate.current(connection, name) != before
    values = {
        "enabled": True,
        "version": candidate.version,
        "restricts": list(plugin.restricts),
        "manifest": {
            "title": in_both_languages(plugin.title),
            "depends": sorted(plugin.depends),
            "hidden": [hidden for hidden, _select in restrictions.differences(plugin)],
            "links": stored_links([link for owner, link in current_app.extensions["kezhi"].links if owner == name]),
        },
    }
    known = db.session.execute(select(table.c.version, table.c.enabled).where(table.c.name == name)).one_or_none()
    old = known.version if known is not None else None
    if known is None or not known.enabled or moved or old != candidate.version:
        values |= {"changed_at": clock.now(), "changed_by": acting_user().login}
    step = "on_install" if old is None else "on_upgrade"
    if old is None:
        db.session.execute(insert(table).values(name=name, **values))
    else:
        db.session.execute(update(table).where(table.c.name == name).values(**values))
    try:
        if old is None:
            plugin.on_install()
        elif old != candidate.version:
            plugin.on_upgrade(old)
    except Exception as error:
        raise PluginError(name, f"{step}: {type(error).__name__}: {error}", stage=step) from error
    restrictions.follow()
    db.session.execute(delete(tables.failure).where(tables.failure.c.plugin == name))
    return moved


def lock(connection: Connection) -> None:
    """One life-cycle action at a time, on all machines."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7061727601)")


def raise_generation(action: str, names: tuple[str, ...], **noted: Any) -> None:
    state = tables.state
    db.session.execute(update(state).where(state.c.key == "generation").values(value=state.c.value + 1))
    for name in names:
        audit.record(action, "plugin", name, **noted)


def _note_failure(site: Site, error: PluginError) -> None:
    table = tables.failure
    with site.engine.connect().execution_options(kezhi_write=True) as connection, connection.begin():
        connection.execute(delete(table).where(table.c.plugin == error.plugin))
        row = {"plugin": error.plugin, "stage": error.stage, "reason": error.reason, "detail": str(error.__cause__)}
        connection.execute(insert(table).values(**row, at=clock.now()))
