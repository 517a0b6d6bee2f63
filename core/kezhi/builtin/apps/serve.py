"""Serving pages: gunicorn where it runs, waitress elsewhere. Every worker has a Site of its own.

The first process never loads a plugin: a worker that is replaced starts with the code that is on disk by then.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import click

from kezhi import KezhiError, lifecycle
from kezhi.config import Config
from kezhi.jobs import work
from kezhi.site import Site

from .presence import Presence
from .setup import migrate_all

THREADS = 8
LAST_JOB = 20.0  #: seconds that a job under way at a stop is given to end; after that another worker does it again
#: new objects before a collection of the youngest; collections of those before one of the older, and so on
COLLECT_AFTER = (20_000, 20, 20)


def serve(config: Config, *, host: str, port: int, workers: int, jobs: bool = True) -> None:
    """Serve until stopped. Requests under way at a stop are finished."""
    if os.name == "nt":
        serve_by_threads(config, jobs=jobs, host=host, port=port)
    else:
        _gunicorn(config, host=host, port=port, workers=workers, jobs=jobs)


def serve_by_threads(config: Config, *, jobs: bool = True, **listen: Any) -> None:
    """Serve from this process alone. ``listen`` says where, in waitress's words: host and port, or sockets."""
    from waitress import serve as waitress_serve

    site = Site(config)
    leave = _accompany(site, jobs)
    try:
        waitress_serve(site, threads=THREADS, **listen)
    finally:
        leave()


def prepare(config: Config) -> None:
    """Bring all tables up to the installed code, and enable what belongs to the core.

    Errors: ``KeyProblem`` when the key file is not the one that the database was protected with: nothing is served.
    """
    from ..protection import ring

    site = Site(config)
    try:
        migrate_all(site)
        lifecycle.enable_builtins(site)
        with site.app.app_context():
            if wrong := ring.problems():
                raise ring.KeyProblem(wrong[0])
    finally:
        site.close()


def apart(work: Callable[[], None]) -> None:
    """Do ``work`` in a child process where there are such, so that this one stays free of plugin code."""
    if not hasattr(os, "fork"):
        work()
        return
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        except KezhiError as error:
            click.echo(f"kezhi: {error}", err=True)
        except BaseException:
            sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        sys.exit(1)


def _accompany(site: Site, jobs: bool) -> Callable[[], None]:
    """What every serving process does beside answering: tell that it lives, and work off jobs.

    Returns what to call at its end: the job under way is finished, no other one is begun.
    """
    site.current_app()
    keep_for_good()
    Presence(site).start()
    stop = threading.Event()
    worker = threading.Thread(target=work, args=(site, stop), name="kezhi-jobs", daemon=True)
    if jobs:
        worker.start()

    def leave() -> None:
        stop.set()
        if jobs:
            worker.join(LAST_JOB)

    return leave


def keep_for_good() -> None:
    """What is loaded by now stays as long as the process: a collection of garbage need not walk through it.

    It would take a tenth of a second in the midst of somebody's request. And a page makes thousands of objects that
    live shortly: looking for garbage after every 700 of them, as Python does by itself, is a tenth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def _gunicorn(config: Config, *, host: str, port: int, workers: int, jobs: bool) -> None:
    from gunicorn.app.base import BaseApplication

    class Application(BaseApplication):
        leave: Callable[[], None] | None = None  # the first process has nothing to leave

        def load_config(self) -> None:
            settings: dict[str, Any] = {
                "bind": f"{host}:{port}",
                "workers": workers,
                "threads": THREADS,
                "worker_class": "gthread",
                "timeout": 120,
                "graceful_timeout": 30,
                "keepalive": 5,
                "proc_name": "kezhi",
                "errorlog": "-",
                "loglevel": "warning",
                "control_socket_disable": True,
                "worker_exit": lambda _server, _worker: self.leave and self.leave(),
            }
            for key, value in settings.items():
                if key in self.cfg.settings:
                    self.cfg.set(key, value)

        def load(self) -> Site:
            # made after the fork: no connection is shared between workers
            site = Site(config)
            # newer code of a plugin is in force: finish what is under way, the next worker has it
            site.on_stale = lambda: os.kill(os.getpid(), signal.SIGTERM)
            self.leave = _accompany(site, jobs)
            return site

    Application().run()
