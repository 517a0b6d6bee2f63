"""Enable and disable plugins: the only writer of plugin rows and of the generation.

Nothing is changed before the new set has been built once in this process and its migrations have run; every worker
follows at its next request.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from . import audit, clock, migrate, tables
from .db import db, dispose_models, writing
from .discover import Candidate, discover, forget
from .errors import PluginError, Refused
from .i18n import gettext as _
from .permissions import acting_user
from .resolve import closure, dependents, ordered, problems
from .site import VIEW, Site

#: how long a contribution that failed on a page is shown on the Apps page
LEFT_OUT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Status:
    """A plugin as the Apps page and ``kezhi plugin list`` show it."""

    name: str
    title: Any
    summary: Any
    version: str
    state: str  #: available, enabled, disabled, broken or missing
    essential: bool
    depends: tuple[str, ...]
    reason: str = ""
    left_out: str = ""  #: a contribution that failed and is missing on pages; the rest of the plugin works
    icon: str = "puzzle"


@dataclass(frozen=True, slots=True)
class Preview:
    """What enabling or disabling would do: the plugins it changes, in order, and what keeps it from working."""

    names: tuple[str, ...]
    problems: tuple[str, ...] = ()


def statuses(site: Site) -> list[Status]:
    """Every installed or once enabled plugin, builtins first."""
    candidates = discover()
    with site.engine.connect() as connection:
        rows = {row.name: row for row in connection.execute(select(tables.plugin))}
        failures = connection.execute(select(tables.failure)).all()
    recent = clock.now() - LEFT_OUT_FOR
    parts = {row.plugin: row.stage.removeprefix(VIEW) for row in failures if row.stage.startswith(VIEW)}
    reasons = {row.plugin: row.reason for row in failures if row.plugin not in parts}
    left_out = {
        row.plugin: f"{parts[row.plugin]}: {row.reason}" for row in failures if row.plugin in parts and row.at > recent
    }
    found = []
    for name in sorted({*candidates, *rows}, key=lambda name: (not _essential(candidates.get(name)), name)):
        candidate = candidates.get(name)
        plugin = candidate.plugin if candidate else None
        found.append(
            Status(
                name=name,
                title=plugin.title if plugin else name,
                summary=plugin.summary if plugin else "",
                version=candidate.version if candidate else rows[name].version,
                state=_state(candidate, rows.get(name), reasons.get(name)),
                essential=_essential(candidate),
                depends=tuple(other for other in plugin.depends if other != "kezhi") if plugin else (),
                reason=reasons.get(name) or (candidate.error if candidate else ""),
                left_out=left_out.get(name, ""),
                icon=plugin.icon if plugin else "puzzle",
            )
        )
    return found


def _essential(candidate: Candidate | None) -> bool:
    return bool(candidate and candidate.plugin and candidate.plugin.essential)


def _state(candidate: Candidate | None, row: Any, reason: str | None) -> str:
    if candidate is None:
        return "missing"
    if candidate.plugin is None or (reason and row is not None and row.enabled):
        return "broken"
    if row is None:
        return "broken" if reason else "available"
    return "enabled" if row.enabled else "disabled"


def preview_enable(site: Site, name: str) -> Preview:
    """The plugins that enabling ``name`` would enable, dependencies first."""
    candidates = discover()
    if name not in candidates:
        return Preview((), (_("There is no app “%(name)s”: install it with pip first.", name=name),))
    enabled = set(site.read_enabled())
    wanted = closure([name], candidates)
    found = problems(enabled | wanted, candidates)
    texts = tuple(f"{p.plugin}: {p}" for p in found if p.plugin in wanted)
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
        app = _trial_build(site, preview.names, candidates)
        _migrate(site, preview.names, candidates)
        with app.app_context(), writing():
            for each in preview.names:
                _store(site, each, candidates[each])
            _raise_generation("plugin.enable", preview.names)
    except PluginError as error:
        _note_failure(site, error)
        if not candidates[error.plugin].builtin:
            dispose_models(error.plugin, f"{error.plugin}_")
            forget(error.plugin)
        raise
    site.current_app()
    return preview.names


def _try_again(site: Site, name: str) -> None:
    """Let every process load a mended plugin anew: enabled it is already, so only the generation is raised.

    Errors: ``Refused`` with the reason when it still does not run.
    """
    candidates = discover()
    if candidates[name].plugin is not None:
        _migrate(site, (name,), candidates)
    with site.app.app_context(), writing():
        _raise_generation("plugin.retry", (name,))
    site.current_app()
    failure = site.failures.get(name)
    if failure is not None:
        raise Refused(_("“%(name)s” still does not run: %(why)s", name=name, why=failure.reason))


def preview_disable(site: Site, name: str) -> Preview:
    """The plugins that disabling ``name`` would disable: those that need it first."""
    candidates = discover()
    enabled = site.read_enabled()
    if name in candidates and _essential(candidates[name]):
        return Preview((), (_("“%(name)s” is part of the core and stays enabled.", name=name),))
    if name not in enabled:
        return Preview((), () if name in candidates else (_("There is no app “%(name)s”.", name=name),))
    others = dependents(name, enabled, candidates)
    return Preview((*reversed(ordered(others, candidates)), name))


def disable(site: Site, name: str) -> tuple[str, ...]:
    """Disable a plugin and those that need it; their data stay. Returns the names newly disabled."""
    preview = preview_disable(site, name)
    if preview.problems:
        raise Refused("; ".join(preview.problems))
    if not preview.names:
        return ()
    with site.app.app_context(), writing():
        db.session.execute(
            update(tables.plugin)
            .where(tables.plugin.c.name.in_(preview.names))
            .values(enabled=False, changed_at=clock.now(), changed_by=acting_user().login)
        )
        db.session.execute(delete(tables.failure).where(tables.failure.c.plugin.in_(preview.names)))
        _raise_generation("plugin.disable", preview.names)
    site.current_app()
    return preview.names


def migrate_all(site: Site) -> list[str]:
    """Bring the tables of the kernel and every enabled plugin up to the installed code; returns what moved."""
    candidates = discover()
    names = ordered(set(site.read_enabled()) | _essentials(candidates), candidates)
    moved = []
    with site.engine.connect().execution_options(kezhi_write=True) as connection, connection.begin():
        _lock(connection)
        before = migrate.current(connection, migrate.KERNEL)
        migrate.upgrade(connection, migrate.KERNEL, migrate.kernel_folder())
        if migrate.current(connection, migrate.KERNEL) != before:
            moved.append(migrate.KERNEL)
    for name in names:
        if name in candidates and candidates[name].plugin is not None:
            try:
                moved += _migrate(site, (name,), candidates)
                _note_version(site, name, candidates[name].version)
            except PluginError as error:
                if candidates[name].builtin:
                    raise
                _note_failure(site, error)
    return moved


def _note_version(site: Site, name: str, version: str) -> None:
    """Which code the tables of a plugin were last brought up to."""
    table = tables.plugin
    with site.engine.connect().execution_options(kezhi_write=True) as connection, connection.begin():
        statement = update(table).where(table.c.name == name, table.c.version != version)
        connection.execute(statement.values(version=version))


def enable_builtins(site: Site) -> None:
    """Enable every essential plugin of the core (first set-up, and after an update that brings a new one)."""
    candidates = discover()
    for name in ordered(_essentials(candidates), candidates):
        enable(site, name)


def _essentials(candidates: dict[str, Candidate]) -> set[str]:
    return {name for name, candidate in candidates.items() if _essential(candidate)}


def _trial_build(site: Site, wanted: tuple[str, ...], candidates: dict[str, Candidate]) -> Any:
    """Build the app that would serve: what runs now and what is wanted."""
    running = {name for name in site.read_enabled() if name in candidates and name not in site.failures}
    return site.build(running | set(wanted), site.generation, candidates)


def _migrate(site: Site, names: tuple[str, ...], candidates: dict[str, Candidate]) -> list[str]:
    """Run migrations of several plugins in one transaction."""
    moved = []
    with site.engine.connect().execution_options(kezhi_write=True) as connection, connection.begin():
        _lock(connection)
        for name in names:
            plugin = candidates[name].plugin
            folder = plugin.folder("migrations") if plugin else None
            if folder is None or not any(folder.glob("[0-9]*.py")):
                continue
            before = migrate.current(connection, name)
            migrate.upgrade(connection, name, folder)
            if migrate.current(connection, name) != before:
                moved.append(name)
    return moved


def _lock(connection: Connection) -> None:
    """One life-cycle action at a time, on all machines."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7061727601)")


def _store(site: Site, name: str, candidate: Candidate) -> None:
    table, plugin = tables.plugin, candidate.plugin
    assert plugin is not None
    values = {
        "enabled": True,
        "version": candidate.version,
        "restricts": list(plugin.restricts),
        "changed_at": clock.now(),
        "changed_by": acting_user().login,
    }
    known = db.session.execute(select(table.c.name).where(table.c.name == name)).first()
    if known is None:
        db.session.execute(insert(table).values(name=name, **values))
        try:
            plugin.on_install()
        except Exception as error:
            raise PluginError(name, f"on_install: {type(error).__name__}: {error}", stage="on_install") from error
    else:
        db.session.execute(update(table).where(table.c.name == name).values(**values))
    db.session.execute(delete(tables.failure).where(tables.failure.c.plugin == name))


def _raise_generation(action: str, names: tuple[str, ...]) -> None:
    state = tables.state
    db.session.execute(update(state).where(state.c.key == "generation").values(value=state.c.value + 1))
    for name in names:
        audit.record(action, "plugin", name)


def _note_failure(site: Site, error: PluginError) -> None:
    table = tables.failure
    with site.engine.connect().execution_options(kezhi_write=True) as connection, connection.begin():
        connection.execute(delete(table).where(table.c.plugin == error.plugin))
        row = {"plugin": error.plugin, "stage": error.stage, "reason": error.reason, "detail": str(error.__cause__)}
        connection.execute(insert(table).values(**row, at=clock.now()))
