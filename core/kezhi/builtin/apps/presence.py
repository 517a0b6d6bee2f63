"""Which set of plugins every serving process still answers with: what uninstalling a plugin waits for."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from sqlalchemy import Engine, delete, insert

from kezhi.clock import database_now
from kezhi.jobs import process_id
from kezhi.site import Site
from kezhi.tables import process as table

log = logging.getLogger("kezhi.presence")

BEAT = 1.0  #: seconds between two looks at the generation
TOLD_EVERY = 10.0  #: seconds after which an unchanged generation is told again


class Presence:
    """Follows the generation also while no request comes, and tells the database how far this process is."""

    def __init__(self, site: Site, kind: str = "web") -> None:
        self.site, self.kind = site, kind
        self.id = process_id()
        self._stop, self._telling = threading.Event(), threading.Lock()
        self._told: tuple[int, float] = (-1, 0.0)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self.beat()
        threading.Thread(target=self._run, name="kezhi-presence", daemon=True).start()

    def beat(self) -> None:
        """Follow the generation; tell it when it changed or when it is time."""
        self.site.current_app()
        oldest, now = self.site.oldest_generation(), time.monotonic()
        if oldest == self._told[0] and now - self._told[1] < TOLD_EVERY:
            return
        with self._telling, _writing(self.site.engine) as connection:
            if self._stop.is_set():
                return  # it has taken its leave meanwhile
            row = {"id": self.id, "kind": self.kind, "generation": oldest, "seen_at": database_now(connection)}
            connection.execute(delete(table).where(table.c.id == self.id))
            connection.execute(insert(table).values(row))
        self._told = oldest, now

    def stop(self) -> None:
        """Leave."""
        self._stop.set()
        with self._telling, _writing(self.site.engine) as connection:
            connection.execute(delete(table).where(table.c.id == self.id))

    def _run(self) -> None:
        while not self._stop.wait(BEAT):
            try:
                self.beat()
            except Exception:
                log.warning("this process could not tell that it lives", exc_info=True)


def _writing(engine: Engine) -> Any:
    return engine.execution_options(kezhi_write=True).begin()
