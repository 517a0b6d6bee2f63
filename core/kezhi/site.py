"""The WSGI callable: serves the app that matches the database's generation.

It is rebuilt when another process changed the plugins. Web workers, commands and job workers all go through a Site.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import Engine, Row, delete, insert, inspect, select
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.wsgi import ClosingIterator

from . import clock, migrate, tables
from .app import create_app
from .config import Config
from .db import dispose_models, make_engine
from .discover import Candidate, discover, forget
from .errors import ConfigurationError, PluginError
from .keys import load_keys
from .plugin import Plugin
from .resolve import ordered, problems

log = logging.getLogger("kezhi.site")

#: how the stage of a failure begins that costs a plugin one contribution only
VIEW = "view: "
GENERATION = """SELECT value FROM kezhi_state WHERE "key" = 'generation'"""


class Site:
    """One per process. ``app`` is the app in force; calling the site serves a request."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.keys = load_keys(config.keys)
        self.engine: Engine = make_engine(config.database_url)
        self.generation = -1
        self.failures: dict[str, PluginError] = {}
        #: newer code of a plugin is in force than this process has loaded: only a new process has it
        self.stale = False
        #: called when that is found out
        self.on_stale: Callable[[], None] = lambda: None
        self._serving: dict[int, int] = {}  # thread: generation of the request that it answers
        self._app: Flask | None = None
        self._lock = threading.Lock()
        self._asked_at = 0.0
        self._check_initialised()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if self._app is not None and str(environ.get("PATH_INFO", "")).startswith("/static/"):
            return self._app(environ, start_response)  # files do not depend on the database
        app, thread = self.current_app(), threading.get_ident()
        self._serving[thread] = app.extensions["kezhi"].generation
        try:
            return ClosingIterator(app(environ, start_response), lambda: self._answered(thread))
        except BaseException:
            self._serving.pop(thread, None)
            raise

    @contextmanager
    def serving(self) -> Iterator[Flask]:
        """The app in force, for work that counts like a request: uninstalling a plugin waits for its end."""
        app, thread = self.current_app(), threading.get_ident()
        self._serving[thread] = app.extensions["kezhi"].generation
        try:
            yield app
        finally:
            self._serving.pop(thread, None)

    def _answered(self, thread: int) -> None:
        self._serving.pop(thread, None)

    def oldest_generation(self) -> int:
        """The oldest set of plugins that a request of this process still runs with."""
        return min([self.generation, *self._serving.copy().values()])

    def stand_aside(self) -> None:
        """Do not count the request of this thread: it waits for the others itself."""
        self._serving.pop(threading.get_ident(), None)

    @property
    def app(self) -> Flask:
        """The app of the present generation."""
        return self.current_app()

    def current_app(self) -> Flask:
        """The app that matches the database now, built if need be."""
        ttl = self.config.generation_ttl
        if self._app is not None and ttl and time.monotonic() - self._asked_at < ttl:
            return self._app
        generation = self.read_generation()
        self._asked_at = time.monotonic()
        if generation != self.generation or self._app is None:
            with self._lock:
                # asked again inside the lock: a late waiter must not build an older set over a newer one
                generation = self.read_generation()
                if generation != self.generation or self._app is None:
                    self._rebuild(generation)
        assert self._app is not None
        return self._app

    def read_generation(self) -> int:
        """The counter that every change of the enabled set raises."""
        with closing(self.engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
            try:  # by the driver alone: every request begins with this
                cursor.execute(GENERATION)
                row: Any = cursor.fetchone()
                return int(row[0])
            except self.engine.dialect.loaded_dbapi.Error as error:
                raise OperationalError(GENERATION, None, error) from error

    def read_enabled(self) -> dict[str, Row[Any]]:
        """The rows of the enabled plugins by name."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(tables.plugin).where(tables.plugin.c.enabled)).all()
        return {row.name: row for row in rows}

    def build(self, names: Iterable[str], generation: int, candidates: dict[str, Candidate]) -> Flask:
        """An app with exactly these plugins. Errors: ``PluginError``."""
        chosen = [candidates[name].plugin for name in ordered(names, candidates)]
        plugins: list[Plugin] = [plugin for plugin in chosen if plugin is not None]
        return create_app(
            self.config, self.engine, plugins, keys=self.keys, generation=generation, site=self, withheld=self._withheld
        )

    _withheld: dict[str, list[tuple[str, bool]]] = {}

    def _rebuild(self, generation: int) -> None:
        """Build the app for what is enabled now, without the plugins that prove broken; then swap."""
        enabled = self.read_enabled()  # read after the generation: a change in between costs one more rebuild
        candidates = discover()
        failures: dict[str, PluginError] = {}
        for name, row in enabled.items():
            if name not in candidates:
                failures[name] = PluginError(name, "its distribution is not installed", stage="missing")
            elif candidates[name].plugin is None:
                failures[name] = PluginError(name, candidates[name].error, stage="import")
            elif behind := self._behind(row, candidates[name]):
                failures[name] = PluginError(name, behind, stage="upgrade")
        while True:
            working = [name for name in enabled if name not in failures]
            broken = {p.plugin: str(p) for p in problems(working, candidates)}
            broken |= {
                name: f"needs {', '.join(sorted(lacking))}, which does not run"
                for name in working
                if (plugin := candidates[name].plugin)
                and (lacking := {other for other in plugin.depends if other != "kezhi" and other not in working})
            }
            if broken:
                failures |= {name: PluginError(name, reason, stage="dependencies") for name, reason in broken.items()}
                continue
            self._withheld = {}
            for name in failures:
                for table in enabled[name].restricts:
                    kept = table in enabled[name].manifest.get("hidden", [])
                    self._withheld.setdefault(table, []).append((name, kept))
            try:
                app = self.build(working, generation, candidates)
                break
            except PluginError as error:
                if error.plugin not in working or candidates[error.plugin].builtin:
                    raise  # a failure of the core: the old app stays
                log.exception("plugin %s cannot be used", error.plugin)
                failures[error.plugin] = error
                dispose_models(error.plugin, f"{error.plugin}_")
                forget(error.plugin)
        found = [(row.version, candidates[name]) for name, row in enabled.items() if name in candidates]
        # known before anybody can work with the new app: what was put up for newer code is not for this process
        self.stale = any(each.stale and each.version == version and not each.builtin for version, each in found)
        self._app, self.generation = app, generation
        self.failures = failures
        self._note_failures(failures)
        if self.stale:
            self.on_stale()

    def _behind(self, row: Row[Any], candidate: Candidate) -> str:
        """Why newly installed code cannot run yet: its tables are not what it wants."""
        folder = candidate.plugin.folder("migrations") if candidate.plugin else None
        if row.version == candidate.version or candidate.builtin or candidate.stale or folder is None:
            return ""
        with self.engine.connect() as connection:
            have, want = migrate.current(connection, row.name), migrate.head(folder)
        return (
            "" if have == want else f"its tables are at {have}, the code wants {want}: kezhi plugin upgrade {row.name}"
        )

    def _note_failures(self, failures: dict[str, PluginError]) -> None:
        """Keep the reasons in the database, where every process can show them. Never raises the generation."""
        table = tables.failure
        broken = table.c.stage.not_like(f"{VIEW}%")
        try:
            with self.engine.connect() as connection:
                known = {row.plugin: row.reason for row in connection.execute(select(table).where(broken))}
            if known == {name: error.reason for name, error in failures.items()}:
                return
            with self.engine.connect().execution_options(kezhi_write=True) as connection, connection.begin():
                connection.execute(delete(table).where(broken))
                for name, error in failures.items():
                    detail = "".join(traceback.format_exception(error))
                    row = {"plugin": name, "stage": error.stage, "reason": error.reason, "detail": detail}
                    connection.execute(delete(table).where(table.c.plugin == name))
                    connection.execute(insert(table).values(**row, at=clock.now()))
        except DBAPIError:
            log.warning("the reasons of broken plugins could not be stored", exc_info=True)

    def note_dropped(self, plugin: str, hook: str, reason: str) -> None:
        """Keep what a *view* hook failed with where every process's Apps page shows it; the plugin stays enabled."""
        table = tables.failure
        try:
            with self.engine.connect().execution_options(kezhi_write=True) as connection, connection.begin():
                connection.execute(delete(table).where(table.c.plugin == plugin))
                row = {"plugin": plugin, "stage": f"{VIEW}{hook}", "reason": reason, "detail": ""}
                connection.execute(insert(table).values(**row, at=clock.now()))
        except DBAPIError:
            log.warning("the failure of %s in %s could not be stored", plugin, hook, exc_info=True)

    def _check_initialised(self) -> None:
        try:
            with self.engine.connect() as connection:
                if inspect(connection).has_table(tables.state.name):
                    return
        except DBAPIError as error:
            raise ConfigurationError(f"the database cannot be reached: {error.orig}") from error
        raise ConfigurationError("the database is empty: run 'kezhi init --company NAME --admin LOGIN' first")

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()
