"""Serving pages: gunicorn where it runs, waitress elsewhere. Every worker has a Site of its own."""

from __future__ import annotations

import os
from typing import Any

from .config import Config
from .site import Site

THREADS = 8


def serve(config: Config, *, host: str, port: int, workers: int) -> None:
    """Serve until stopped. Requests under way at a stop are finished."""
    if os.name == "nt":
        from waitress import serve as waitress_serve

        waitress_serve(Site(config), host=host, port=port, threads=THREADS)
        return
    _gunicorn(config, host=host, port=port, workers=workers)


def _gunicorn(config: Config, *, host: str, port: int, workers: int) -> None:
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
            site.current_app()
            return site

    Application().run()
