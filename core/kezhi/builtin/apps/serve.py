"""Serving pages: gunicorn where it runs, waitress elsewhere. Every worker has a Site of its own.

The first process never loads a plugin: a worker that is replaced starts with the code that is on disk by then.
"""

from __future__ import annotations

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
from kezhi.presence import Presence
from kezhi.site import Site

THREADS = 8


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
    _accompany(site, jobs)
    waitress_serve(site, threads=THREADS, **listen)


def prepare(config: Config) -> None:
    """Bring all tables up to the installed code, and enable what belongs to the core."""
    site = Site(config)
    lifecycle.migrate_all(site)
    lifecycle.enable_builtins(site)
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


def _accompany(site: Site, jobs: bool) -> None:
    """What every serving process does beside answering: tell that it lives, and work off jobs."""
    site.current_app()
    Presence(site).start()
    if jobs:
        threading.Thread(target=work, args=(site, threading.Event()), name="kezhi-jobs", daemon=True).start()


def _gunicorn(config: Config, *, host: str, port: int, workers: int, jobs: bool) -> None:
    from gunicorn.app.base import BaseApplication

    class Application(BaseApplication):
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
            }
            for key, value in settings.items():
                if key in self.cfg.settings:
                    self.cfg.set(key, value)

        def load(self) -> Site:
            # made after the fork: no connection is shared between workers
            site = Site(config)
            # newer code of a plugin is in force: finish what is under way, the next worker has it
            site.on_stale = lambda: os.kill(os.getpid(), signal.SIGTERM)
            _accompany(site, jobs)
            return site

    Application().run()
